import { expect, roomPath, test, UNLIMITED } from '../fixtures';
import { scrollUpTo } from '../scroll_up';

test.use({ settings: UNLIMITED });

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `말 ${i + 1}번.`);

test('the last 50 messages are in the first response', async ({ bot, room, server, request }) => {
  const texts = numbered(60);
  await (await bot('민수', room)).sayAll(texts);
  const html = await (await request.get(server.url + roomPath(room))).text();
  const shown = texts.filter((text) => new RegExp(`>[^<]*${text}`).test(html));
  expect(shown).toEqual(texts.slice(-50));
});

test('a <script> is shown as it was written and never runs', async ({ person, bot, room }) => {
  const attack = '<script>window.ran = 1</script><img src=x onerror="window.ran = 2">';
  await (await bot('Eve', room)).say(attack);
  const ana = await person('Ana');
  await ana.join(room);
  await ana.expectMessage(attack); // as the server drew it
  await ana.say(`${attack} again`);
  await ana.expectMessage(`${attack} again`); // as the browser drew it
  await ana.reload();
  await ana.expectMessage(`${attack} again`);
  expect(await ana.page.evaluate(() => 'ran' in window)).toBe(false);
});

test('a page opens at the end, and stays there as people talk', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(numbered(60));
  const ana = await person('Ana');
  await ana.join(room);
  await expect(ana.message('말 60번.')).toBeInViewport();
  await minsu.sayAll(['하나\n둘\n셋', '마지막']);
  await expect(ana.message('마지막')).toBeInViewport();
});

test('a room to which one comes back at its end draws no more than before', async ({ person, bot, room }) => {
  const last = numbered(300).at(-1) ?? '';
  await (await bot('민수', room)).sayAll(numbered(300));
  const ana = await person('Ana');
  await ana.join(`${room}-2`);
  await ana.join(room);
  const [there, here] = [`${room}-2`, room].map((name) =>
    ana.page.getByRole('navigation').getByRole('link', { name, exact: true }));
  const drawn: number[] = [];
  for (const _ of Array(4)) {
    await there.click();
    await expect(ana.messages).toHaveCount(0);
    await here.click();
    await expect(ana.message(last)).toBeInViewport();
    drawn.push(await ana.messages.count());
  }
  expect(new Set(drawn).size, `rows drawn: ${drawn}`).toBe(1);
});

test('scrolling up through 500 messages never jumps', async ({ person, bot, room }) => {
  const texts = numbered(500);
  await (await bot('민수', room)).sayAll(texts);
  const ana = await person('Ana');
  await ana.join(room);
  const jumps = await scrollUpTo(ana.conversation, '말 1번.');
  await expect(ana.message('말 1번.')).toBeInViewport();
  await expect(ana.page.getByText(ana.words.beginning)).toBeVisible();
  expect(jumps, 'pixels that what one was reading has moved by itself').toEqual([]);
});

test('who reads further up is left in peace', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(numbered(50));
  const ana = await person('Ana');
  await ana.join(room);
  await ana.message('말 20번.').scrollIntoViewIfNeeded();
  const before = await ana.message('말 20번.').boundingBox();
  await minsu.sayAll(['새 말 1', '새 말 2', '새 말 3']);
  const pill = ana.page.getByRole('button', { name: ana.words.newMessages }).filter({ hasText: '3' });
  await expect(pill).toBeVisible();
  // Browsers scroll by whole pixels where rows end between two: less than one is no move.
  expect(Math.abs((await ana.message('말 20번.').boundingBox())!.y - before!.y)).toBeLessThan(1);
  await pill.click();
  await expect(ana.message('새 말 3')).toBeInViewport();
});

test('what one says oneself is seen, wherever one was', async ({ person, bot, room }) => {
  await (await bot('민수', room)).sayAll(numbered(50));
  const ana = await person('Ana');
  await ana.join(room);
  await ana.message('말 5번.').scrollIntoViewIfNeeded();
  await ana.say('내 말');
  await expect(ana.message('내 말')).toBeInViewport();
});

test('a room with much that is unread opens where one stopped reading', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(numbered(3));
  const ana = await person('Ana');
  await ana.join(room);
  await ana.expectMessage('말 3번.');
  await ana.page.goto('about:blank');
  await minsu.sayAll(Array.from({ length: 180 }, (_, i) => `neu ${i + 1}.`));
  await ana.open(room);
  await expect(ana.page.getByText(ana.words.unread)).toBeInViewport();
  await expect(ana.message('neu 1.')).toBeInViewport();
  // Reading on is remembered, here and wherever one opens the room next.
  const unread = async () => Number.parseInt((await ana.page.title()).slice(1));
  for (const message of [20, 40]) {
    await ana.message(`neu ${message}.`).evaluate((row) => row.scrollIntoView());
    await expect.poll(unread).toBeLessThan(190 - message);
  }
  await ana.reload();
  await expect(ana.page.getByText(ana.words.unread)).toBeInViewport();
  await expect(ana.message('neu 1.')).not.toBeInViewport();
  await expect(ana.message('neu 40.')).toBeInViewport();
  await ana.page.getByRole('button', { name: ana.words.toLatest }).click();
  await expect(ana.message('neu 180.')).toBeInViewport();
});

test('of short messages, too, older ones come by scrolling', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.sayAll(Array.from({ length: 200 }, (_, i) => `n${i + 1}.`));
  const ana = await person('Ana', { viewport: { width: 1100, height: 750 } });
  await ana.join(room);
  await ana.reload();
  await scrollUpTo(ana.conversation, 'n1.');
  await ana.expectMessage('n101.');
  await expect(ana.page.getByText('이전 메시지를 불러오지 못했어요')).toHaveCount(0);
});

test('a room one turns to opens where one stopped reading', async ({ person, bot, room }) => {
  const [here, there] = [`${room}-2`, room];
  const ana = await person('Ana');
  await ana.join(there);
  await ana.join(here);
  // In a room that was empty when one came in all is unread.
  const minsu = await bot('민수', there);
  await minsu.sayAll(Array.from({ length: 120 }, (_, i) => `neu ${i + 1}.`));
  const link = ana.page.getByRole('navigation').getByRole('link', { name: there, exact: false }).first();
  await expect(link).toContainText('99+');
  await ana.page.getByRole('navigation').getByRole('link').filter({ hasText: '99+' }).click();
  await expect(ana.page.getByText(ana.words.unread)).toBeInViewport();
  await expect(ana.message('neu 1.')).toBeInViewport();
  await ana.page.getByRole('button', { name: ana.words.toLatest }).click();
  await expect(ana.message('neu 120.')).toBeInViewport();
});

test('the tap that shows what can be done with a message does none of it', async ({ person, bot, room }) => {
  const ana = await person('Ana', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await ana.join(room);
  const minsu = await bot('민수', room);
  await minsu.sayAll(numbered(5));
  const row = ana.messages.nth(3);
  const box = (await row.boundingBox())!;
  for (const x of [215, 255, 300, 325]) await ana.page.touchscreen.tap(x, box.y + box.height / 3);
  await expect(row.getByRole('button', { name: '지우기' })).toBeVisible();
  await expect(ana.page.getByText('모두에게서 이 메시지를 지울까요?')).toHaveCount(0);
  await expect(ana.page.getByText('답장하고 있어요')).toHaveCount(0);
});

test('a long word makes nothing wider than a phone', async ({ person, room }) => {
  const ana = await person('Ana', { viewport: { width: 360, height: 640 } });
  await ana.join(room);
  await ana.say('x'.repeat(400));
  await ana.expectMessage('x'.repeat(400));
  const spill = await ana.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(spill).toBeLessThanOrEqual(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`everyone can use the room (${colorScheme})`, async ({ person, bot, room }) => {
    await (await bot('민수', room)).sayAll(numbered(3));
    const ana = await person('Ana', { colorScheme });
    await ana.join(room);
    await ana.say('네, 안녕하세요');
    await ana.expectMessage('네, 안녕하세요');
    await ana.expectAccessible();
  });
}

test('a room one comes back to is where one left it, however far up', async ({ person, bot, room }) => {
  const [there, here] = [room, `${room}-2`];
  await (await bot('민수', there)).sayAll(Array.from({ length: 700 }, (_, i) => `n${i + 1}.`));
  const ana = await person('Ana');
  await ana.join(here);
  await ana.join(there);
  await expect(ana.message('n700.')).toBeInViewport();
  const log = ana.conversation;
  while ((await ana.messages.filter({ hasText: /n250\./ }).count()) === 0)
    await log.evaluate((list) => list.scrollTo(0, 0));
  await ana.message('n250.').scrollIntoViewIfNeeded();
  await expect(ana.message('n250.')).toBeInViewport();
  const rooms = ana.page.getByRole('navigation');
  await rooms.getByRole('link', { name: here, exact: true }).click();
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText(here);
  await ana.page.goBack();
  await expect(ana.message('n250.')).toBeInViewport();
});

test('a line about many who came can be opened, and stays open', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  for (const name of ['가영', '나래', '다솜']) await bot(name, room);
  const line = ana.conversation.locator('details').filter({ hasText: '외 1명이 들어왔어요' });
  await line.locator('summary').click();
  await expect(line).toContainText('가영님, 나래님, 다솜님이 들어왔어요');
  await ana.expectAccessible();
  await bot('라라', room);
  await expect(ana.conversation.getByText('가영님, 나래님, 다솜님, 라라님이 들어왔어요')).toBeVisible();
});

test('a few emoji alone are large, on one line or two, keys as well', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await bot('민수', room);
  for (const text of ['🎉\n🍊', '1️⃣2️⃣', '번호는 12']) await minsu.say(text);
  await ana.expectMessage('번호는 12');
  await expect(ana.conversation.locator('.message--emoji')).toHaveCount(2);
});
