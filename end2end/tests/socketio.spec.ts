/** The stock `socket.io-client`, unchanged, in Node and in a browser. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { Classic, type Message, type Options } from '../classic';
import { expect, test as base, UNLIMITED } from '../fixtures';

const test = base.extend<{ classic: (options?: Options) => Promise<Classic> }>({
  classic: async ({ server }, use) => {
    const clients: Classic[] = [];
    await use(async (options) => {
      const client = await Classic.connect(server.url, options);
      clients.push(client);
      return client;
    });
    for (const client of clients) client.close();
  },
});

test.use({ settings: UNLIMITED });

/** The same client as browsers load it. */
const script = new URL('../node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url);

const ways: [string, Options][] = [
  ['as it comes, polling first', {}],
  ['by WebSocket alone', { transports: ['websocket'] }],
  ['by polling alone', { transports: ['polling'] }],
];

for (const [way, options] of ways) {
  test(`the tutorial's talk goes event for event, ${way}`, async ({ classic, room }) => {
    const minsu = await classic(options);
    const begin = Date.now();
    expect(await minsu.join(room, '민수')).toBeUndefined();
    const me = { id: minsu.socket.id, username: '민수', room };
    const admin = (text: string) => ({ username: 'Admin', text, createdAt: expect.any(Number) });
    expect(minsu.events).toEqual([
      ['message', admin(`${room} 방에 오신 걸 환영합니다.`)],
      ['roomData', { room, users: [me] }],
      ['called back'],
    ]);
    const { createdAt } = minsu.events[0]![1] as Message;
    expect(createdAt).toBeGreaterThan(begin - 5000);
    expect(createdAt).toBeLessThan(Date.now() + 5000);

    const ana = await classic(options);
    expect(await ana.join(room, 'Ana')).toBeUndefined();
    const both = { room, users: [me, { id: ana.socket.id, username: 'Ana', room }] };
    await expect.poll(() => minsu.events.slice(3)).toEqual([
      ['message', admin('Ana가 방에 참여했습니다.')],
      ['roomData', both],
    ]);
    expect(ana.events).toEqual([
      ['message', admin(`${room} 방에 오신 걸 환영합니다.`)],
      ['roomData', both],
      ['called back'],
    ]);

    expect(await ana.say('안녕하세요')).toBeUndefined();
    const said = ['message', { username: 'Ana', text: '안녕하세요', createdAt: expect.any(Number) }];
    expect(ana.events.slice(3)).toEqual([said, ['called back']]);
    await expect.poll(() => minsu.events.slice(5)).toEqual([said]);

    ana.close();
    await expect.poll(() => minsu.events.slice(6)).toEqual([
      ['message', admin('Ana가 방을 떠났습니다.')],
      ['roomData', { room, users: [me] }],
    ]);
  });
}

test('a browser tab that is closed has left at once', async ({ classic, page, room, server }) => {
  await page.addInitScript({ path: fileURLToPath(script) });
  await page.goto(`${server.url}/healthz`);
  const minsu = await classic();
  await minsu.join(room, '민수');
  const answer = await page.evaluate(async (room) => {
    const { io } = globalThis as unknown as { io: typeof import('socket.io-client').io };
    const socket = io();
    return [await socket.emitWithAck('join', { username: 'Ana', room }), await socket.emitWithAck('message', '여기는 브라우저')];
  }, room);
  expect(answer).toEqual([undefined, undefined]);
  await expect.poll(() => minsu.texts).toEqual(['여기는 브라우저']);
  await page.close();
  await expect.poll(() => minsu.lines.at(-1)).toBe('Admin: Ana가 방을 떠났습니다.');
});

test('the way can change in mid-talk', async ({ bot, classic, room }) => {
  const ana = await classic({ transports: ['polling', 'websocket'] });
  await ana.join(room, 'Ana');
  const minsu = await bot('민수', room);
  const texts = Array.from({ length: 500 }, (_, n) => `${n}`);
  for (const text of texts) {
    await minsu.say(text);
    if (text === '300') await ana.upgraded();
  }
  await expect.poll(() => ana.texts.length).toBe(texts.length);
  expect(ana.texts).toEqual(texts);
  expect(ana.transport).toBe('websocket');
  expect(await ana.say('위로')).toBeUndefined();
});

test('two namespaces share one connection', async ({ room, server }) => {
  const chat = io(server.url, { forceNew: true });
  const echo = chat.io.socket('/echo');
  try {
    const heard: string[] = [];
    echo.on('message', (text: string) => heard.push(text));
    await expect.poll(() => heard).toEqual(['서버에 연결되었습니다.']);
    echo.emit('message', '여보세요');
    await expect.poll(() => heard.at(-1)).toBe('서버로부터 응답: 여보세요');
    expect(await chat.emitWithAck('join', { username: '민수', room })).toBeUndefined();
    expect(echo.io.engine).toBe(chat.io.engine);
    echo.disconnect();
    expect(await chat.emitWithAck('message', '아직 여기')).toBeUndefined();
  } finally {
    chat.disconnect();
  }
});

test('after a restart of the server clients come back by themselves', async ({ classic, room, server }) => {
  const [ana, minsu] = [await classic(), await classic({ transports: ['websocket'] })];
  for (const end of ['stop', 'kill'] as const) {
    for (const client of [ana, minsu]) {
      client.events.length = 0;
      await client.join(room, client === ana ? 'Ana' : '민수');
    }
    await ana.say(`앞 ${end}`);
    await expect.poll(() => minsu.texts).toEqual([`앞 ${end}`]);
    const reasons: string[] = [];
    ana.socket.once('disconnect', (reason) => reasons.push(reason));
    await server[end]();
    await expect.poll(() => ana.socket.connected).toBe(false);
    expect(reasons[0]).not.toBe('io server disconnect');
    await server.start();
    await Promise.all([ana.connected(), minsu.connected()]);
  }
  // What was said is there for who asks.
  await ana.join(room, 'Ana', { after: 0 });
  expect(ana.texts.slice(-2)).toEqual(['앞 stop', '앞 kill']);
});

test('a client whose dead twin still lingers gets in', async ({ classic, room }) => {
  const twin = await classic({ transports: ['websocket'] });
  await twin.join(room, 'Ana');
  const ana = await classic();
  expect(await ana.join(room, 'Ana')).toBeUndefined();
  expect(ana.names).toEqual(['Ana', 'Ana']);
  twin.socket.io.engine.close();
  await expect.poll(() => ana.names).toEqual(['Ana']);
});

test('what cannot be done is said', async ({ classic, room }) => {
  const witness = await classic();
  await witness.join(room, '증인');
  const ana = await classic();
  expect(await ana.say('먼저')).toBe('먼저 방에 들어와 주세요.');
  for (const join of [[], [null], [room], [{ room }], [{ username: 'Ana', room: 7 }]])
    expect(await ana.ask('join', ...join)).toBe('요청의 형식이 올바르지 않습니다.');
  expect(await ana.join(room, '증인')).toBeUndefined();
  expect(await ana.join(room, '증인')).toBe('이미 방에 들어와 있습니다.');
  expect(await ana.join('다른-방', '증인')).toBe('연결 하나로는 한 방에만 들어갈 수 있습니다.');
  expect(await ana.ask('shout', 'x')).toBe('알 수 없는 이벤트입니다.');
  for (const args of [[], [7], [Buffer.from('x')], ['x', 'y'], ['x', { id: 'y' }]])
    expect(await ana.ask('message', ...args)).toBe('요청의 형식이 올바르지 않습니다.');
  expect(await ana.say('x'.repeat(500_000))).toContain('4,000자까지');
  ana.socket.emit('message', 7);
  await expect.poll(() => ana.events.at(-1)).toEqual(['error', '요청의 형식이 올바르지 않습니다.']);
  expect(await ana.say('끝')).toBeUndefined();
  await expect.poll(() => witness.texts).toEqual(['끝']);
});

test('a message that is sent again under its id is there once', async ({ classic, room }) => {
  const [ana, minsu] = [await classic(), await classic()];
  await ana.join(room, 'Ana');
  await minsu.join(room, '민수');
  const id = randomUUID();
  for (let n = 0; n < 3; n++) expect(await ana.say('한 번만', { id })).toBeUndefined();
  await ana.say('다음');
  await expect.poll(() => minsu.texts).toEqual(['한 번만', '다음']);
});

test('with a token one comes back as the same person and goes on where one was', async ({ bot, classic, room }) => {
  let token: string | null = null;
  const options: Options = { auth: (call) => call({ token }) };
  const ana = await classic(options);
  ana.socket.on('session', (session: { token: string }) => (token = session.token));
  await ana.join(room, 'Ana', { history: 10 });
  expect(token).not.toBeNull();
  const id = randomUUID();
  await ana.say('하나', { id });
  const { cursor } = ana.events.findLast(([name]) => name === 'message')![1] as { cursor: string };
  ana.close();

  const minsu = await bot('민수', room);
  await minsu.say('둘');
  const again = await classic(options);
  expect(await again.join(room, 'Ana', { after: cursor })).toBeUndefined();
  expect(again.texts).toEqual(['둘']);
  expect(await again.say('하나', { id })).toBeUndefined();
  await minsu.say('셋');
  await expect.poll(() => again.texts).toEqual(['둘', '셋']);
  await expect(classic({ auth: { token: 'nonsense' } })).rejects.toThrow('알 수 없거나 끝난 토큰입니다.');
});

test('people at the page and socket users talk with each other', async ({ classic, person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await classic();
  await minsu.join(room, '민수');
  expect(minsu.names.toSorted()).toEqual(['Ana', '민수']);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);
  await ana.say('페이지에서');
  await expect.poll(() => minsu.texts).toEqual(['페이지에서']);
  await minsu.say('소켓에서');
  await ana.expectConversation(['페이지에서', '소켓에서']);
  expect(await minsu.ask('join', { username: 'Ana', room })).toBe('이미 방에 들어와 있습니다.');
  const impostor = await classic();
  expect(await impostor.join(room, 'Ana')).toContain('Ana 2');

  minsu.close();
  await expect(ana.users).toHaveText([/Ana/]);
  const ben = await classic();
  await ben.join(room, 'Ben');
  await ana.leave();
  await expect.poll(() => ben.lines.at(-1)).toBe('Admin: Ana가 방을 떠났습니다.');
  await expect.poll(() => ben.names).toEqual(['Ben']);
});
