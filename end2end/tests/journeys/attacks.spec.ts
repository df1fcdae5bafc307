import { Bot } from '../../bot';
import { NAMES, ROOMS, TEXTS } from '../../attacks';
import { expect, type Person, test, UNLIMITED } from '../../fixtures';

test.use({ settings: { ...UNLIMITED, SARANGBANG_ADDRESS_JOINS: '0' } });

const PER_ROOM = 50;

/** From the first document on, whatever runs is noticed. */
async function watch(one: Person): Promise<{ attacks: string[] }> {
  const attacks: string[] = [];
  await one.page.exposeFunction('attacked', () => attacks.push(one.page.url()));
  one.page.on('dialog', (dialog) => {
    attacks.push(dialog.message());
    void dialog.dismiss();
  });
  return { attacks };
}

/** What is wrong with the page as it is drawn: foreign elements, handlers, addresses, broken lines. */
function faults(one: Person): Promise<string[]> {
  return one.page.evaluate(() => {
    const known =
      'article a b bdi blockquote button code del div em fieldset figure footer form h1 h2 h3 header input label legend li main mark nav ol p pre q s section small span strong svg textarea time ul use noscript';
    const places = document.querySelectorAll('#log, .room-page__heading, .user-list, nav, form, .news__rows, .search-page');
    const found: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const place of places)
      for (const element of place.querySelectorAll('*')) {
        const name = element.localName;
        if (!known.split(' ').includes(name) && !element.closest('svg')) found.push(`an element: ${name}`);
        for (const attribute of element.attributes)
          if (/^(on|style$|srcdoc|formaction)/i.test(attribute.name)) found.push(`${name} has ${attribute.name}`);
        const href = element.getAttribute('href');
        if (name === 'a' && href != null && !/^(https?:\/\/|mailto:|\/rooms\/|\?before=|#|\/$)/.test(href))
          found.push(`a link: ${href}`);
      }
    const log = document.getElementById('log')?.getBoundingClientRect();
    for (const row of document.querySelectorAll('#log article')) {
      const { left, right, height } = row.getBoundingClientRect();
      if (log && (left < log.left - 1 || right > log.right + 1)) found.push(`a row sticks out: ${row.textContent.slice(0, 40)}`);
      if (height < 10 || height > 3000) found.push(`a row is ${height} high: ${row.textContent.slice(0, 40)}`);
    }
    return found;
  });
}

const parts = Array.from({ length: Math.ceil(TEXTS.length / PER_ROOM) }, (_, n) =>
  TEXTS.slice(n * PER_ROOM, (n + 1) * PER_ROOM),
);

for (const [n, texts] of parts.entries())
  for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }])
    test(`texts do nothing but be read: ${n + 1} of ${parts.length}, ${viewport.width} pixels wide`, async ({ person, bot, room }) => {
      const eve = await bot('Eve', room);
      for (const text of texts) await eve.say(text).catch((error) => expect(String(error)).toMatch(/text(Blank|TooLong)/));
      const ana = await person('Ana', { viewport });
      const { attacks } = await watch(ana);
      await ana.join(room);
      expect(await faults(ana)).toEqual([]);
      // The same, as they arrive and are drawn by script.
      for (const text of texts) await eve.say(text).catch(() => {});
      await eve.say('다 했어요');
      await ana.expectMessage('다 했어요');
      expect(await faults(ana)).toEqual([]);
      await ana.messages.last().hover();
      expect(attacks).toEqual([]);
    });

test('names do nothing but name', async ({ person, server, room }) => {
  const people: Bot[] = [];
  for (const name of NAMES) {
    const one = await Bot.join(server.url, room, name).catch((error) => expect(String(error)).toMatch(/name[A-Z]/));
    if (!(one instanceof Bot)) continue;
    people.push(one);
    await one.say(`@${name} 안녕`);
  }
  expect(people.length).toBeGreaterThan(50);
  const ana = await person('Ana');
  const { attacks } = await watch(ana);
  await ana.join(room);
  await expect(ana.users).toHaveCount(people.length + 1);
  expect(await faults(ana)).toEqual([]);
  await ana.write('@');
  expect(await faults(ana)).toEqual([]);
  expect(attacks).toEqual([]);
  for (const one of people) one.close();
});

test('rooms do nothing but have a name', async ({ person }) => {
  const ana = await person('Ana');
  ana.allow(/the server responded with a status of 4\d\d/);
  const { attacks } = await watch(ana);
  for (const room of ROOMS) {
    const answer = await ana.page.goto(`/rooms/${encodeURIComponent(room)}`);
    expect([200, 400, 404]).toContain(answer?.status());
    expect(await faults(ana), room).toEqual([]);
  }
  expect(attacks).toEqual([]);
});

test('questions do nothing but ask', async ({ person, bot, room }) => {
  const eve = await bot('Eve', room);
  for (const text of TEXTS.slice(0, 40)) await eve.say(text);
  const ana = await person('Ana');
  const { attacks } = await watch(ana);
  for (const text of TEXTS.slice(0, 40)) {
    const question = [...text].slice(0, 100).join('');
    await ana.page.goto(`/rooms/${encodeURIComponent(room)}/search?q=${encodeURIComponent(question)}`);
    await expect(ana.page.getByRole('searchbox')).toHaveValue(question.replace(/[\r\n]/g, ''));
    expect(await faults(ana), text).toEqual([]);
  }
  expect(attacks).toEqual([]);
});

test('there are enough of them', () => {
  expect(new Set([...TEXTS, ...NAMES, ...ROOMS]).size).toBeGreaterThanOrEqual(200);
});
