import { get } from 'node:http';
import { expect, roomPath, test, UNLIMITED } from '../../fixtures';

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

test('the first page is light, and so is its program', async ({ bot, request, room, server }) => {
  const { 'content-encoding': coding } = (await request.head(`${server.url}/pkg/sarangbang.wasm`)).headers();
  test.skip(coding !== 'br', 'while one develops, the program is not made small');
  await (await bot('민수', room)).sayAll(Array.from({ length: 50 }, (_, i) => `오늘은 ${i + 1}쪽부터 같이 읽어 봐요.`));
  const page = await weigh(server.url + roomPath(room));
  const style = await weigh(`${server.url}/pkg/sarangbang.css`);
  expect(page + style, 'a room with 50 messages, and the style').toBeLessThanOrEqual(20_000);
  const program = await weigh(`${server.url}/pkg/sarangbang.wasm`);
  const script = (await weigh(`${server.url}/pkg/sarangbang.js`)) + (await weigh(`${server.url}/boot.js`));
  expect(program + script, 'program and script').toBeLessThanOrEqual(128_000);
  console.log(`page ${page} + style ${style}, program ${program} + script ${script} bytes`);
});
