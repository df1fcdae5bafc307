/**
 * How quick the page is, in a real browser: `npx playwright test --project=bench`. It prints what it
 * measures and demands nothing but that it works; other programs on the machine show in the figures.
 */
import { expect, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

const LONG_TASKS = `
  window.tasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((task) => tasks.push(Math.round(task.duration))))
    .observe({ type: 'longtask', buffered: true });
  addEventListener('DOMContentLoaded', () => new MutationObserver((_, observer) => {
    if (!document.documentElement.hasAttribute('data-hydrated')) return;
    window.alive = performance.now();
    observer.disconnect();
  }).observe(document.documentElement, { attributes: true }));
`;

test('from the click to the room', async ({ person, bot, room }) => {
  await (await bot('민수', room)).sayAll(Array.from({ length: 50 }, (_, i) => `오늘은 ${i + 1}쪽부터 읽어요.`));
  const ana = await person('Ana');
  await ana.page.addInitScript(LONG_TASKS);
  await ana.join(room);
  for (const visit of ['first', 'second', 'third']) {
    await ana.reload();
    const [readable, program, alive] = await ana.page.evaluate(() => {
      const painted = performance.getEntriesByName('first-contentful-paint')[0]!.startTime;
      const wasm = performance.getEntriesByType('resource').find(({ name }) => name.includes('.wasm')) as PerformanceResourceTiming;
      return [painted, wasm.responseEnd, (window as unknown as { alive: number }).alive].map(Math.round);
    });
    console.log(`${visit} reload: readable after ${readable} ms, the program there after ${program}, interactive after ${alive}`);
  }
});

test('a room of 10,000 messages in which 200 more come every second', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  for (let hundred = 0; hundred < 100; hundred++)
    await minsu.sayAll(Array.from({ length: 100 }, (_, i) => `이야기 ${hundred * 100 + i}: 어제 읽은 데서 이어서 가요.`));
  const ana = await person('Ana');
  await ana.page.addInitScript(LONG_TASKS);
  await ana.join(room);
  const rows = () => ana.page.evaluate(() => document.querySelectorAll('#log-rows > [id], #log-rows > h3').length);
  const heap = () => ana.page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6);
  for (let screen = 0; screen < 40; screen++) {
    await ana.page.evaluate(() => document.getElementById('log')!.scrollBy(0, -500));
    await ana.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  console.log(`scrolled up: ${await rows()} rows in the document, ${(await heap()).toFixed(1)} MB of script memory`);
  expect(await rows()).toBeLessThanOrEqual(300);
  await ana.page.getByRole('button', { name: ana.words.toLatest }).click();
  await ana.page.evaluate(() => ((window as unknown as { tasks: number[] }).tasks.length = 0));

  const began = Date.now();
  for (let tenth = 0; tenth < 50; tenth++) {
    await minsu.sayAll(Array.from({ length: 20 }, (_, i) => `schnell ${tenth * 20 + i}`));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + (tenth + 1) * 100 - Date.now())));
  }
  await ana.expectMessage('schnell 999');
  const tasks = await ana.page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  const longest = Math.max(0, ...tasks);
  console.log(`1,000 messages in 5 s: ${tasks.length} tasks over 50 ms (longest ${longest} ms), ${await rows()} rows, ${(await heap()).toFixed(1)} MB`);
  expect(await rows()).toBeLessThanOrEqual(300);
});
