import { BROKEN_LINK, expect, type Person, roomPath, test } from '../../fixtures';

const SECRET = '아무도 몰라야 할 말';

/** Whether the words are in anything that a browser keeps of the house. */
const keeps = (one: Person) =>
  one.page.evaluate(async (words) => {
    const kept = [document.cookie];
    for (const storage of [localStorage, sessionStorage])
      for (const value of Object.values<string>(storage)) {
        // The outbox keeps bytes, one in each character.
        kept.push(value, new TextDecoder().decode(Uint8Array.from(value, (byte) => byte.charCodeAt(0))));
      }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) kept.push((await (await cache.match(request))?.text()) ?? '');
    }
    return kept.some((it) => it.includes(words));
  }, SECRET);

test('what is deleted is nowhere any more', async ({ person, request, room, server }) => {
  const ana = await person('Ana', { serviceWorkers: 'allow' });
  const minsu = await person('민수', { serviceWorkers: 'allow' });
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    one.allow(/Failed to fetch|ServiceWorker/);
    await one.join(room);
  }
  // It waited in the outbox, was answered and reacted to, and is kept for when there is no network.
  await server.kill();
  await ana.say(SECRET);
  await expect.poll(() => keeps(ana)).toBe(true);
  await server.start();
  await minsu.expectMessage(SECRET);
  await minsu.press(SECRET, /^답장/);
  await minsu.say('정말이에요?');
  await expect(ana.message('정말이에요?')).toContainText(SECRET);
  await expect(minsu.conversation.locator('.message--pending')).toHaveCount(0);
  for (const one of [ana, minsu]) {
    await one.reload();
    await expect.poll(() => keeps(one)).toBe(true);
  }
  expect(await server.holds(SECRET)).toBe(true);
  expect(await server.export(room, 'json')).toContain(SECRET);

  const message = ana.messages.first();
  await message.hover();
  await message.getByRole('button', { name: '지우기' }).click();
  await ana.page.keyboard.press('Enter');
  for (const one of [ana, minsu]) {
    await expect(one.messages.first()).toContainText('삭제된 메시지예요');
    await one.lookAway();
    await expect.poll(() => keeps(one)).toBe(false);
    expect((await one.page.content()).includes(SECRET)).toBe(false);
  }
  await expect.poll(() => server.holds(SECRET)).toBe(false);
  for (const format of ['html', 'json', 'txt'] as const) expect(await server.export(room, format)).not.toContain(SECRET);
  const late = await person('보라');
  await late.join(room);
  expect((await late.page.content()).includes(SECRET)).toBe(false);
  const search = `${server.url}${roomPath(room)}/search?q=${encodeURIComponent(SECRET)}`;
  expect((await (await request.get(search)).text()).split(SECRET).length, 'what was asked for, and no hit').toBeLessThanOrEqual(3);
});
