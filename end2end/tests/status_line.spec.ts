import { BROKEN_LINK, expect, test } from '../fixtures';

test('a room that works says nothing of it', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('들리나요');
  await ana.expectMessage('들리나요');
  await expect(ana.page.getByText(ana.words.reconnecting)).toBeHidden();
  await expect(ana.page.getByText(ana.words.offline)).toBeHidden();
});

test('a server that is killed and comes back loses nothing and doubles nothing', async ({ person, room, server }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    await one.join(room);
  }
  await ana.say('죽기 전');
  await minsu.expectMessage('죽기 전');

  await server.kill();
  await expect(ana.page.getByText(ana.words.reconnecting)).toBeVisible();
  await ana.say('죽은 사이');
  await ana.expectMessage('죽은 사이');
  await expect(minsu.message('죽은 사이')).toHaveCount(0);

  await server.start();
  await minsu.expectMessage('죽은 사이');
  await minsu.say('돌아온 뒤');
  for (const one of [ana, minsu]) {
    await one.expectConversation(['죽기 전', '죽은 사이', '돌아온 뒤']);
    await expect(one.messages).toHaveCount(3);
    await expect(one.page.getByText(one.words.reconnecting)).toBeHidden();
  }
  await ana.reload();
  await expect(ana.messages).toHaveCount(3);
});

test('a server that is told to stop says goodbye, and people come back by themselves', async ({
  person,
  room,
  server,
}) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    await one.join(room);
  }
  expect(await server.stop()).toBe(0);
  await server.start();
  await ana.say('다시 여기');
  await minsu.expectMessage('다시 여기');
  await expect(ana.users).toHaveCount(2);
});

test('what is written offline is kept and sent when one is back', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);

  await ana.goOffline();
  await ana.say('터널에서 하나');
  await ana.say('터널에서 둘');
  await expect(ana.message('터널에서 둘')).toContainText(ana.words.waiting);
  await minsu.say('그동안');
  await minsu.expectMessage('그동안');
  await expect(ana.message('그동안')).toHaveCount(0);

  await ana.goOnline();
  for (const one of [ana, minsu]) {
    await one.expectConversation(['그동안', '터널에서 하나', '터널에서 둘']);
    await expect(one.messages).toHaveCount(3);
  }
});

test('what was written offline outlives the tab', async ({ person, room, server }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    await one.join(room);
  }
  await server.kill();
  await ana.say('닫기 전에 쓴 말');
  await ana.expectMessage('닫기 전에 쓴 말');
  await ana.page.close();
  await server.start();

  const tab = await ana.page.context().newPage();
  await tab.goto(minsu.page.url());
  await minsu.expectMessage('닫기 전에 쓴 말');
});

test('"try now" tries now', async ({ person, room, server }) => {
  const ana = await person('Ana');
  ana.allow(BROKEN_LINK);
  await ana.join(room);
  await server.kill();
  const now = ana.page.getByRole('button', { name: ana.words.tryNow });
  // By itself the page would try only in so many seconds: time enough to press.
  await expect(ana.page.locator('.status-line__wait')).toContainText(/\b([6-9]|1\d)\b/, { timeout: 40_000 });
  await server.start();
  await now.click();
  await expect(now).toBeHidden({ timeout: 2_000 });
});

test('the others see who is writing, until it is said', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await expect(ana.users).toHaveCount(2);
  await ana.write('안');
  await expect(minsu.page.getByText('Ana is typing')).toBeVisible();
  await expect(minsu.users.filter({ hasText: 'Ana' })).toContainText('typing');
  await expect(ana.page.getByText('쓰고 있어요')).toHaveCount(0);
  await ana.say('안녕');
  await minsu.expectMessage('안녕');
  await expect(minsu.page.getByText('Ana is typing')).toHaveCount(0);
});
