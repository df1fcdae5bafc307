/**
 * The visits that say what is in the first file of the page's program (`make profile`): someone
 * comes, talks with somebody who says all kinds of things, and comes again. What they never call
 * is in the second file, which is there a moment later.
 */
import { expect, type Person, test, UNLIMITED } from '../fixtures';
import { png } from '../png';

test.use({ settings: UNLIMITED });

const looks = {
  desktop: { language: 'ko' },
  phone: { language: 'en', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
} as const;

for (const [device, look] of Object.entries(looks))
  test(`on a ${device}`, async ({ person, room }) => {
    const [bora, minsu] = [await person('보라'), await person('민수', { isWatched: true })];
    const ana = await person('Ana', { ...look, isWatched: true });
    await ana.join(room);
    await minsu.join(room);
    await say(ana, '누구 있어요?');
    await minsu.expectMessage('누구 있어요?');
    await bora.join(room);
    await sayAllKinds(bora);
    for (const one of [ana, minsu]) {
      await expect(one.message('귤이에요').getByRole('img', { name: '귤.png' })).toBeVisible();
      await say(one, `잘 먹을게요, ${one.name}`);
      await bora.expectMessage(`잘 먹을게요, ${one.name}`);
      await one.reload();
      await say(one, `${one.name} 다시 왔어요`);
      await bora.expectMessage(`${one.name} 다시 왔어요`);
      await one.page.goto('about:blank');
      await say(bora, `@${one.name} 어디 가요?`);
      await one.open(room);
      await one.expectMessage(`@${one.name} 어디 가요?`);
    }
    await bora.leave();
    await expect(ana.page.locator('.room-page__count')).toContainText('2');
  });

async function say(one: Person, text: string): Promise<void> {
  await one.composer.pressSequentially(text);
  const hasKeys = await one.page.evaluate(() => matchMedia('(pointer: fine)').matches);
  await (hasKeys ? one.composer.press('Enter') : one.sendButton.tap());
  await one.expectMessage(text);
  await expect(one.conversation.locator('.message--pending')).toHaveCount(0);
}

async function sayAllKinds(one: Person): Promise<void> {
  for (const text of ['몇 시에 봐요?', '지울 말', '고칠 말', '👍']) await say(one, text);
  await one.say('**굵게** *기울여* ~~지워~~ `code` https://example.org\n> 인용\n- 하나\n```\nmake\n```\n@민수');
  await expect(one.message('기울여')).toContainText('인용');
  await one.press('몇 시에', /^답장/);
  await say(one, '일곱 시요');
  await one.press('일곱 시요', /^반응하기/);
  await one.message('일곱 시요').getByRole('group').getByRole('button', { name: '👍' }).click();
  await expect(one.message('일곱 시요').locator('.reaction')).toHaveText('👍 1');
  await one.press('고칠 말', /^고치기/);
  await one.say('고친 말');
  await expect(one.message('고친 말')).toContainText('(고침)');
  await one.press('지울 말', /^지우기/);
  await one.page.keyboard.press('Enter');
  await expect(one.message('지울 말')).toHaveCount(0);
  const text = { name: '귤.txt', mimeType: 'text/plain', buffer: Buffer.from('귤') };
  await one.page.locator('#composer-files').setInputFiles([{ name: '귤.png', mimeType: 'image/png', buffer: png(640, 320) }, text]);
  await expect(one.page.locator('.composer__files')).toContainText('1 KB');
  await say(one, '오늘 산 귤이에요');
}
