import { expect, test } from '../fixtures';

test.use({ settings: { SARANGBANG_GRACE: '1' } });

test('everyone sees who is here, oneself first', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana', { language: 'en' }), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);
  await expect(minsu.users).toHaveText([/민수/, /Ana/]);
});

test('who is here is seen before joining', async ({ person, bot, room }) => {
  await bot('민수', room);
  const ana = await person('Ana');
  await ana.open(room);
  await expect(ana.users).toHaveText([/민수/]);
});

test('who leaves is off the list', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await expect(ana.users).toHaveCount(2);
  await minsu.leave();
  await expect(ana.users).toHaveText([/Ana/]);
});

test('who closes the browser is off the list after the grace', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await expect(ana.users).toHaveCount(2);
  await minsu.page.close();
  await expect(ana.users).toHaveText([/Ana/]);
});

test('a second tab is the same person', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const tab = await ana.page.context().newPage();
  await tab.goto(ana.page.url());
  await expect(tab.getByRole('textbox', { name: ana.words.message, exact: true })).toBeVisible();
  // Someone who comes later is listed after everything that has happened before.
  await bot('민수', room);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);
});
