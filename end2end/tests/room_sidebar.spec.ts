import { expect, type Person, test } from '../fixtures';

/** Turns to one's rooms in turn, as fast as they are drawn. */
const turn = (one: Person, times: number) =>
  one.page.evaluate(async (times) => {
    for (let time = 0; time < times; time++) {
      document.querySelectorAll<HTMLElement>('#rooms nav a')[time % 2]?.click();
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0)));
    }
  }, times);

test('turning from room to room takes no memory that is not given back', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.page.addInitScript(() => {
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...source) => {
      const made = await instantiate(...source);
      const memory = Object.values(made.instance.exports).find((it) => it instanceof WebAssembly.Memory);
      if (memory) Object.assign(window, { memory }); // the program's second part works on the first one's
      return made;
    };
  });
  await ana.join(`${room}-2`);
  await ana.join(room);
  await expect(ana.page.locator('#rooms nav a')).toHaveCount(2);
  const memory = () =>
    ana.page.evaluate(() => (window as unknown as { memory: WebAssembly.Memory }).memory.buffer.byteLength);
  await turn(ana, 100);
  const before = await memory();
  await turn(ana, 120);
  expect(await memory()).toBe(before);
  expect(await ana.page.locator('*').count()).toBeLessThan(1000);
});
