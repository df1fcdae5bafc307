import { expect, type Person, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

// The number stands apart from the time before it: at 3:44, "2번째" would read as "42번째", too.
const many = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `이번이 ${from + n}번째`);

const search = async (person: Person, words: string) => {
  await person.page.getByRole('link', { name: '대화 찾기' }).click();
  await person.page.getByRole('searchbox').fill(words);
  await person.page.keyboard.press('Enter');
};

for (const javaScriptEnabled of [true, false])
  test(`a hit leads to its message, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ person, bot, room }) => {
    const minsu = await bot('민수', room);
    await minsu.sayAll(many(1, 20));
    await minsu.say('감귤을 **두 상자** 샀어요');
    await minsu.sayAll(many(21, 55));
    const ana = await person('Ana', { javaScriptEnabled });
    await ana.open(room);
    await search(ana, '감귤');
    const hit = ana.page.getByRole('listitem');
    await expect(hit).toHaveCount(1);
    // It looks by a script of its own.
    if (javaScriptEnabled) await ana.expectAccessible();
    await expect(hit).toContainText('감귤을 두 상자 샀어요');
    await expect(hit.locator('mark')).toHaveText('감귤');
    await hit.getByRole('link').click();
    await expect(ana.message('감귤을')).toBeInViewport();
    await expect(ana.page).toHaveURL(/#message-/);
  });

test('what is older than the last page is found, too, and read around', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(['약속은 금요일', ...many(1, 120)]);
  const ana = await person('Ana');
  await ana.join(room);
  await search(ana, '금요');
  await ana.page.getByRole('listitem').getByRole('link').click();
  await expect(ana.message('약속은 금요일')).toBeInViewport();
  await expect(ana.message('이번이 21번째')).toBeVisible();
});

test('nothing found is said, and more is asked for by a link', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(many(1, 60));
  const ana = await person('Ana');
  await ana.open(room);
  await search(ana, '없는 말');
  await expect(ana.page.getByText('찾지 못했어요')).toBeVisible();
  await ana.page.getByRole('searchbox').fill('번째');
  await ana.page.keyboard.press('Enter');
  await expect(ana.page.getByRole('listitem')).toHaveCount(50);
  await ana.page.getByRole('link', { name: '더 오래된 메시지에서 찾기' }).click();
  await expect(ana.page.getByRole('listitem')).toHaveCount(10);
  await ana.page.getByRole('link', { name: '방으로 돌아가기' }).click();
  await ana.expectMessage('이번이 60번째');
});

test('a permalink opens the room at its message, and the room lives on', async ({ person, bot, room, server }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(many(1, 50));
  const ana = await person('Ana');
  await ana.page.goto(`${server.url}/rooms/${encodeURIComponent(room)}/10`);
  await ana.expectLive();
  await expect(ana.messages.nth(9)).toBeInViewport();
  await minsu.say('새 말');
  await expect(ana.page.getByRole('button', { name: ana.words.newMessages })).toBeVisible();
  await expect(ana.messages.nth(9)).toBeInViewport();
  await ana.page.getByRole('button', { name: ana.words.newMessages }).click();
  await expect(ana.message('새 말')).toBeInViewport();
});

test('a permalink to what was said long ago opens the room there, and the room lives on', async ({ person, bot, room, server }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(many(1, 300));
  const ana = await person('Ana');
  const link = `${server.url}/rooms/${encodeURIComponent(room)}/42`;
  // Whose browser has run no script here yet gets a page of older messages; from then on, the room.
  await ana.page.goto(link);
  await expect(ana.message('이번이 42번째')).toBeInViewport();
  expect(new URL(ana.page.url()).search).toBe('?before=68');
  await ana.open(room);
  await ana.page.goto(link);
  await ana.expectLive();
  await expect(ana.message('이번이 42번째')).toBeInViewport();
  expect(new URL(ana.page.url()).search).toBe('');
  await minsu.say('새 말');
  await ana.page.getByRole('button', { name: ana.words.newMessages }).click();
  await expect(ana.message('새 말')).toBeInViewport();
});
