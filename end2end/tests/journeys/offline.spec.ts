import { BROKEN_LINK, expect, type Person, roomPath, test } from '../../fixtures';

const allowed = { serviceWorkers: 'allow' } as const;

/** What is kept of a path of the page's own. */
const kept = (one: Person, path: string) =>
  one.page.evaluate(async (path) => {
    const answer = await (await caches.open('sarangbang-1')).match(path, { ignoreVary: true });
    return (await answer?.text()) ?? '';
  }, path);

test('a room opens without a network, and what one writes goes out when it is back', async ({ person, bot, room, server }) => {
  const ana = await person('Ana', allowed);
  ana.allow(BROKEN_LINK);
  ana.allow(/Failed to fetch|ServiceWorker/);
  await ana.join(room);
  const minsu = await bot('민수', room);
  await minsu.say('기억해 줘요');
  await ana.expectMessage('기억해 줘요');
  await ana.page.evaluate(() => navigator.serviceWorker.ready);
  // The page as it was before the message, until one looks away or comes again.
  const path = new URL(ana.page.url()).pathname;
  await expect.poll(() => kept(ana, path)).toContain('data-act');
  await ana.reload();
  await expect.poll(() => kept(ana, path)).toContain('기억해 줘요');

  // What the browser keeps of its own accord may be gone.
  await (await ana.page.context().newCDPSession(ana.page)).send('Network.clearBrowserCache');
  await server.kill();
  await ana.page.reload();
  await ana.expectInside();
  await ana.expectMessage('기억해 줘요');
  // The program's second part was there before anything could ask for it.
  const fetched = () => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  expect(await ana.page.evaluate(fetched)).not.toContain('/pkg/late.wasm');
  await ana.say('연결되면 가겠죠');
  await expect(ana.page.getByText(ana.words.waiting)).toBeVisible();
  await server.start();
  await expect(ana.page.getByText(ana.words.waiting)).toBeHidden({ timeout: 45_000 });
  const bora = await person('보라');
  await bora.open(room);
  await bora.expectConversation(['기억해 줘요', '연결되면 가겠죠']);
});

test('a program that was kept badly does not keep the page from living', async ({ person, room }) => {
  const ana = await person('Ana', allowed);
  await ana.join(room);
  const path = new URL(ana.page.url()).pathname;
  await expect.poll(() => kept(ana, path)).toContain('data-act');
  const spoil = async () => {
    const cache = await caches.open('sarangbang-1');
    const late = (await cache.keys()).filter(({ url }) => /late\.wasm/.test(url));
    for (const request of late) await cache.put(request, new Response('', { headers: { 'content-type': 'application/wasm' } }));
    return late.length;
  };
  expect(await ana.page.evaluate(spoil)).toBe(1);
  await ana.reload();
  await ana.say('고칠 말');
  await ana.press('고칠 말', '고치기');
  await expect(ana.composer).toHaveValue('고칠 말');
});

test('who leaves a room leaves nothing of it behind', async ({ person, room }) => {
  const ana = await person('Ana', allowed);
  await ana.join(room);
  await ana.page.evaluate(() => navigator.serviceWorker.ready);
  const path = new URL(ana.page.url()).pathname;
  await ana.reload();
  await expect.poll(() => kept(ana, path)).toContain('data-act');
  await ana.page.getByRole('button', { name: ana.words.leave, exact: true }).click();
  await ana.page.waitForURL('/');
  await expect.poll(() => kept(ana, path)).toBe('');
});

test('what was written is not lost to a page that is older than it', async ({ person, room }) => {
  const ana = await person('Ana', allowed);
  ana.allow(BROKEN_LINK);
  ana.allow(/Failed to fetch|ServiceWorker/);
  await ana.open(room);
  await ana.page.evaluate(() => navigator.serviceWorker.ready);
  const path = new URL(ana.page.url()).pathname;
  await expect.poll(() => kept(ana, path)).toContain('data-act');
  const before = await kept(ana, path);
  await ana.enter();
  // It is kept anew as soon as one is in; here it is as it was before.
  await expect.poll(() => kept(ana, path)).not.toBe(before);
  await ana.page.evaluate(
    async ([path, before]) => {
      const store = await caches.open('sarangbang-1');
      await store.put(path!, new Response(before, { headers: { 'content-type': 'text/html' } }));
    },
    [path, before],
  );
  await ana.goOffline();
  await ana.say('잃어버리면 안 되는 말');
  await expect(ana.page.getByText(ana.words.waiting)).toBeVisible();
  await ana.page.reload();
  await expect(ana.nameField).toBeVisible();
  await ana.goOnline();
  // Who has a seat is in, and what they wrote goes out.
  await ana.expectInside();
  await ana.expectMessage('잃어버리면 안 되는 말');
  const minsu = await person('민수');
  await minsu.open(room);
  await minsu.expectMessage('잃어버리면 안 되는 말');
});

test('what a closed tab left goes out by one that stays open', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const other = await ana.anotherTab();
  await ana.goOffline();
  await other.getByRole('textbox', { name: ana.words.message, exact: true }).fill('닫힌 탭의 말');
  await other.getByRole('button', { name: ana.words.send, exact: true }).click();
  await expect(other.getByText(ana.words.waiting)).toBeVisible();
  await other.close();
  await ana.goOnline();
  await ana.expectMessage('닫힌 탭의 말');
});

test('what a tab could not send goes out by another as soon as it is closed', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  ana.allow(BROKEN_LINK);
  const other = await ana.anotherTab();
  const cdp = await ana.page.context().newCDPSession(other);
  await cdp.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  await other.evaluate(() => window.dispatchEvent(new Event('offline')));
  await other.getByRole('textbox', { name: ana.words.message, exact: true }).fill('이 탭만 끊겼어요');
  await other.getByRole('button', { name: ana.words.send, exact: true }).click();
  await expect(other.getByText(ana.words.waiting)).toBeVisible();
  await expect(ana.message('이 탭만')).toHaveCount(0);
  await other.close();
  await ana.expectMessage('이 탭만 끊겼어요');
});

test('what was read in one tab is read in the others', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(`${room}-b`);
  await ana.join(room);
  const other = await ana.anotherTab();
  await other.evaluate(() => (document.hasFocus = () => false));
  await ana.page.evaluate(() => (document.hasFocus = () => false));
  const minsu = await bot('민수', room);
  await minsu.say('읽어 주세요');
  for (const tab of [ana.page, other]) await expect(tab).toHaveTitle(/^\(1\)/);
  await ana.page.evaluate(() => {
    document.hasFocus = () => true;
    window.dispatchEvent(new Event('focus'));
  });
  await expect(ana.page).toHaveTitle(/^[^(]/);
  await expect(other).toHaveTitle(/^[^(]/);
});

test('without a network a page that is not kept says so, and nothing is lost', async ({ person, room, server }) => {
  const ana = await person('Ana', allowed);
  ana.allow(BROKEN_LINK);
  ana.allow(/Failed to fetch|ServiceWorker/);
  await ana.join(room);
  await ana.page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => kept(ana, '/offline')).toContain('연결되어 있지 않아요');
  await ana.reload();
  const path = new URL(ana.page.url()).pathname;
  await expect.poll(() => kept(ana, path)).toContain('data-act');
  await server.kill();
  await ana.write('쓰다 만 말');
  await ana.page.getByRole('link', { name: '대화 찾기' }).click();
  await expect(ana.page.getByRole('heading', { name: '인터넷에 연결되어 있지 않아요' })).toBeVisible();
  await ana.expectAccessible();
  await ana.page.goBack();
  await ana.expectInside();
  await expect(ana.composer).toHaveValue('쓰다 만 말');
  // A form as well: one is still in the room, and the page leads on.
  await ana.page.getByRole('button', { name: ana.words.leave, exact: true }).click();
  await expect(ana.page.getByRole('heading', { name: '인터넷에 연결되어 있지 않아요' })).toBeVisible();
  await server.start();
  await ana.page.getByRole('link', { name: '다시 불러오기' }).click();
  await ana.expectInside();
});

test('who joins or leaves in one tab has done so in the others', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(`${room}-elsewhere`);
  const elsewhere = ana.page;
  const [one, other] = [await elsewhere.context().newPage(), await elsewhere.context().newPage()];
  for (const tab of [one, other]) {
    await tab.goto(roomPath(room));
    await expect(tab.locator('html')).toHaveAttribute('data-hydrated');
  }
  const name = one.getByRole('textbox', { name: ana.words.name, exact: true });
  await name.fill('Ana');
  await name.press('Enter');
  const composer = other.getByRole('textbox', { name: ana.words.message, exact: true });
  await composer.fill('나도 여기');
  await composer.press('Enter');
  await expect(one.getByRole('article').filter({ hasText: '나도 여기' })).toHaveCount(1);
  const rooms = elsewhere.locator('#rooms').getByRole('link');
  const joined = rooms.filter({ hasNotText: 'elsewhere' }).filter({ hasText: room });
  await expect(joined).toHaveCount(1);
  await one.getByRole('button', { name: ana.words.leave, exact: true }).click();
  await expect(joined).toHaveCount(0);
});

test('who joins room after room in one tab keeps the WebSocket of the other', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const polls: string[] = [];
  ana.page.on('request', (request) => /\/poll/.test(request.url()) && polls.push(request.url()));
  const tab = await ana.anotherTab();
  for (const n of [1, 2, 3, 4]) {
    await tab.goto(roomPath(`${room}-${n}`));
    await tab.getByRole('textbox', { name: ana.words.name }).fill('Ana');
    await tab.getByRole('button', { name: ana.words.join, exact: true }).click();
    const rooms = ana.page.getByRole('navigation').getByRole('link', { name: `${room}-${n}` });
    await expect(rooms).toHaveCount(1);
  }
  await ana.say('아직 여기');
  expect(polls).toEqual([]);
});

test('who leaves in one tab is asked for a name in the other', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const other = await ana.anotherTab();
  await ana.leave();
  await expect(other.getByRole('textbox', { name: ana.words.name, exact: true })).toBeVisible();
  await expect(other.getByRole('textbox', { name: ana.words.message, exact: true })).toBeHidden();
});

test('who leaves while another tab is not linked is asked for a name there, too', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const other = await ana.page.context().newPage();
  let link = () => {};
  const left = new Promise<void>((resolve) => (link = resolve));
  await other.routeWebSocket(/\/ws$/, async (socket) => {
    await left;
    socket.connectToServer();
  });
  await other.goto(ana.page.url());
  await expect(other.locator('html')).toHaveAttribute('data-hydrated');
  await ana.leave();
  link();
  await expect(other.getByRole('textbox', { name: ana.words.name, exact: true })).toBeVisible();
  await expect(other.getByRole('textbox', { name: ana.words.message, exact: true })).toBeHidden();
});

test('what someone else could not send on this computer is not sent under another name', async ({ person, room, server }) => {
  const ana = await person('Ana');
  ana.allow(BROKEN_LINK);
  await ana.join(room);
  await server.kill();
  await ana.say('Ana만의 말');
  await expect(ana.page.getByText(ana.words.waiting)).toBeVisible();
  await ana.page.goto('about:blank');
  await ana.page.context().clearCookies();
  await server.start();
  await ana.open(room);
  await ana.enter('보라');
  await ana.say('보라의 말');
  await expect(ana.message('보라의 말').getByRole('link', { name: /\d:\d\d/ })).toBeVisible();
  await expect(ana.messages).toHaveCount(1);
  const minsu = await person('민수');
  await minsu.open(room);
  await minsu.expectConversation(['보라의 말']);
  await expect(minsu.messages).toHaveCount(1);
});
