import { get } from 'node:http';
import { type APIRequestContext } from '@playwright/test';
import { BROKEN_LINK, expect, roomPath, test, UNLIMITED } from '../../fixtures';

test.use({ settings: UNLIMITED });

/** What travels for a path, in bytes, to a browser that takes brotli. */
function weigh(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (part: Buffer) => (bytes += part.length)).on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}

const LATE = '**/pkg/late.wasm?*';

async function skipWhileDeveloping(request: APIRequestContext, home: string): Promise<void> {
  const { 'content-encoding': coding } = (await request.head(`${home}/pkg/sarangbang.wasm`)).headers();
  test.skip(coding !== 'br', 'while one develops, the program is not made small');
}

test('the first page is light, and so is its program', async ({ bot, request, room, server }) => {
  await skipWhileDeveloping(request, server.url);
  await (await bot('민수', room)).sayAll(Array.from({ length: 50 }, (_, i) => `오늘은 ${i + 1}쪽부터 같이 읽어 봐요.`));
  const page = await weigh(server.url + roomPath(room));
  const style = await weigh(`${server.url}/pkg/sarangbang.css`);
  expect(page + style, 'a room with 50 messages, and the style').toBeLessThanOrEqual(20_000);
  const program = await weigh(`${server.url}/pkg/sarangbang.wasm`);
  const script = (await weigh(`${server.url}/pkg/sarangbang.js`)) + (await weigh(`${server.url}/boot.js`));
  expect(program + script, 'program and script; `make profile` says anew what belongs into the first file').toBeLessThanOrEqual(100 * 1024);
  const late = await weigh(`${server.url}/pkg/late.wasm`);
  expect(late, 'the second part of the program').toBeLessThanOrEqual(40 * 1024);
  console.log(`page ${page} + style ${style}, program ${program} + script ${script}, then ${late} bytes`);
});

test('people meet and talk with the first part of the program alone', async ({ person, request, room, server }) => {
  await skipWhileDeveloping(request, server.url);
  const [ana, minsu] = [await person('Ana', { language: 'en' }), await person('민수')];
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    await one.page.route(LATE, (route) => route.abort());
    await one.join(room);
  }
  await ana.say('Hello, **Minsu**!');
  await minsu.expectMessage('Hello, Minsu!');
  await minsu.reload();
  await minsu.say('안녕, Ana!');
  await ana.expectConversation(['Hello, Minsu!', '안녕, Ana!']);
});

test('what is of the second part is waited for where that is not there yet', async ({ person, request, room, server }) => {
  await skipWhileDeveloping(request, server.url);
  const ana = await person('Ana');
  ana.allow(BROKEN_LINK);
  // It comes to who waits for it alone.
  await ana.page.route(LATE, (route) => (route.request().resourceType() === 'xhr' ? route.continue() : route.abort()));
  await ana.join(room);
  await ana.say('받아 적어요');
  await ana.expectMessage('받아 적어요');
  await ana.press('받아 적어요', '고치기');
  await expect(ana.composer).toHaveValue('받아 적어요');
});

test('where the second part cannot be had when it is called, the page begins anew once it can', async ({ person, request, room, server }) => {
  await skipWhileDeveloping(request, server.url);
  const ana = await person('Ana');
  ana.allow(BROKEN_LINK);
  ana.allow(/exception: NetworkError/);
  await ana.page.route(LATE, (route) => route.abort());
  await ana.join(room);
  await ana.say('받아 적어요');
  await ana.expectMessage('받아 적어요');
  const broken = ana.page.context().waitForEvent('weberror');
  await ana.press('받아 적어요', '고치기');
  await broken;
  const anew = ana.page.waitForEvent('load');
  await ana.page.unroute(LATE);
  await anew;
  await ana.expectInside();
  await ana.press('받아 적어요', '고치기');
  await expect(ana.composer).toHaveValue('받아 적어요');
});
