import { BROKEN_LINK, expect, test, UNLIMITED } from '../../fixtures';

test.use({ settings: UNLIMITED });

for (const manner of ['refuse', 'swallow'] as const) {
  test(`where a proxy does ${manner} WebSockets, people talk all the same`, async ({ person, gateway, room }) => {
    const { url: home } = await gateway(manner);
    const [ana, minsu] = [await person('Ana', { home }), await person('민수')];
    ana.allow(BROKEN_LINK);
    await ana.join(room);
    await minsu.join(room);
    await expect(ana.user('민수')).toBeVisible();
    await ana.say('여기는 막혔어요');
    await minsu.expectMessage('여기는 막혔어요');
    await minsu.say('그래도 들려요');
    await ana.expectMessage('그래도 들려요');
    await expect(ana.detour).toBeVisible();
    await expect(minsu.detour).toBeHidden();
    // Next time long polling comes first: nothing has to be waited for.
    await ana.reload();
    await ana.say('다시 왔어요');
    await minsu.expectMessage('다시 왔어요');
  });
}

test('a link that keeps breaking is replaced, and no message is lost in the change', async ({ person, bot, gateway, room }) => {
  const way = await gateway('pass');
  const [ana, minsu] = [await person('Ana', { home: way.url }), await bot('민수', room)];
  ana.allow(BROKEN_LINK);
  await ana.join(room);
  await expect(ana.detour).toBeHidden();

  const heard = Array.from({ length: 30 }, (_, i) => `말 ${i + 1}번.`);
  const said = Array.from({ length: 6 }, (_, i) => `답 ${i + 1}번.`);
  const talking = (async () => {
    for (const [i, text] of heard.entries()) {
      await minsu.say(text);
      if (i === 10) way.become('refuse');
    }
  })();
  for (const text of said) await ana.say(text);
  await talking;
  await expect(ana.detour).toBeVisible();
  for (const text of [...heard, ...said]) await expect(ana.message(text)).toHaveCount(1);
  const order = async () => {
    const shown = await ana.messages.locator('.message__text').allTextContents();
    return [heard, said].map((texts) => shown.filter((text) => texts.includes(text)));
  };
  expect(await order()).toEqual([heard, said]);

  // It works again: the page notices by itself, and goes on as before.
  way.become('pass');
  await expect(ana.detour).toBeHidden({ timeout: 30_000 });
  await minsu.say('길이 열렸어요');
  await ana.expectMessage('길이 열렸어요');
  await ana.say('고마워요');
  await ana.expectMessage('고마워요');
  await expect(ana.page.locator('.message--pending')).toHaveCount(0);
});

test('what was written while a server restarts behind a closed proxy arrives', async ({ person, gateway, room, server }) => {
  const { url: home } = await gateway('refuse');
  const [ana, minsu] = [await person('Ana', { home }), await person('민수')];
  for (const one of [ana, minsu]) {
    one.allow(BROKEN_LINK);
    one.allow(/the server responded with a status of/);
    await one.join(room);
  }
  await server.kill();
  await ana.say('아무도 없나요?');
  await server.start();
  await minsu.expectMessage('아무도 없나요?');
  await ana.expectMessage('아무도 없나요?');
});
