import { expect, test } from '../fixtures';

const everything = [
  '**굵게**와 *기울여*, ~~지움~~, `코드`',
  '> 인용 **속**',
  '- 하나',
  '- 둘',
  '3. 셋',
  '```rust',
  'let a = "**";',
  '```',
  '[안내](https://example.org/guide)와 https://example.com/path를 보세요',
].join('\n');

test('text takes its form for everyone, now and after a reload, with script and without', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await ana.say(everything);
  const reader = await person('Reader', { javaScriptEnabled: false });
  await minsu.expectMessage('example.com');
  await minsu.reload();
  await reader.open(room);
  for (const one of [ana, minsu, reader]) {
    const words = one.messages.last().locator('.message__text');
    await expect(words.locator('strong')).toHaveText(['굵게', '속']);
    await expect(words.locator('em')).toHaveText('기울여');
    await expect(words.locator('s')).toHaveText('지움');
    await expect(words.locator('code').first()).toHaveText('코드');
    await expect(words.locator('blockquote')).toHaveText('인용 속');
    await expect(words.getByRole('listitem')).toHaveText(['하나', '둘', '셋']);
    await expect(words.locator('ol')).toHaveAttribute('start', '3');
    await expect(words.locator('pre')).toHaveText('let a = "**";');
    await expect(words.getByRole('link')).toHaveText(['안내 (example.org)', 'https://example.com/path']);
    for (const link of await words.getByRole('link').all()) {
      await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
    }
    await expect(words).toContainText('https://example.com/path를 보세요');
  }
  await ana.expectAccessible();
});

test('an edit shows what was written, and gives it its new form', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('**하나** 둘');
  const words = ana.messages.last().locator('.message__text');
  await expect(words.locator('strong')).toHaveText('하나');
  await ana.composer.press('ArrowUp');
  await expect(ana.composer).toHaveValue('**하나** 둘');
  await ana.say('하나 **둘**');
  await expect(words.locator('strong')).toHaveText('둘');
});

test('long messages are folded until one asks for the rest, with script and without', async ({ person, bot, room }) => {
  const [ana, reader] = [await person('Ana'), await person('Reader', { javaScriptEnabled: false, language: 'en' })];
  const clock = await bot('Clock', room);
  await clock.say(Array.from({ length: 40 }, (_, i) => `${i + 1}째 줄`).join('\n'));
  await ana.join(room);
  await reader.open(room);
  for (const [one, more, less] of [
    [ana, '더 보기', '접기'],
    [reader, 'Show more', 'Show less'],
  ] as const) {
    const text = one.messages.last().locator('.message__text');
    const height = async () => (await text.boundingBox())!.height;
    const folded = await height();
    const box = one.messages.last().getByRole('checkbox', { name: more });
    await one.messages.last().getByText(more).click();
    expect(await height()).toBeGreaterThan(folded * 1.5);
    await expect(box).toHaveCount(0);
    await one.messages.last().getByText(less).click();
    expect(await height()).toBe(folded);
  }
  await ana.expectAccessible();
  await clock.say('짧은 말');
  await ana.expectMessage('짧은 말');
  await expect(ana.messages.last().getByRole('checkbox')).toHaveCount(0);
});
