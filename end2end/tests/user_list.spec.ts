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

test('who looks elsewhere is marked, and who is back is not', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await bot('민수', room);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);
  await minsu.beAway(true);
  await expect(ana.user('민수')).toContainText('자리 비움');
  await ana.expectAccessible();
  // Who comes later sees it from the start.
  const bora = await person('보라', { javaScriptEnabled: false });
  await bora.open(room);
  await expect(bora.user('민수')).toContainText('자리 비움');
  await minsu.beAway(false);
  await expect(ana.user('민수')).not.toContainText('자리 비움');
});

test('who has all tabs out of sight for five minutes is away', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await minsu.join(room);
  await ana.page.clock.install();
  await ana.join(room);
  const mark = minsu.user('Ana').getByText('자리 비움');
  await ana.lookAway();
  await ana.page.clock.fastForward('04:00');
  await ana.lookBack();
  await ana.lookAway();
  await ana.page.clock.fastForward('04:00');
  await minsu.say('있어요?');
  await ana.expectMessage('있어요?');
  await expect(mark).toHaveCount(0);
  // Whatever else happens to a tab that nobody sees.
  await ana.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await ana.page.clock.fastForward('01:00');
  await expect(mark).toBeVisible();
  // Another tab that is looked at is enough.
  const tab = await ana.anotherTab();
  await expect(mark).toHaveCount(0);
  await tab.close();
  await expect(mark).toBeVisible();
  await ana.lookBack();
  await expect(mark).toHaveCount(0);
});
