import { expect, type Person, test, UNLIMITED } from '../fixtures';
import { InputMethod } from '../input_method';

test.use({ settings: UNLIMITED });

const offered = (person: Person) => person.page.getByRole('option');

test('names are offered behind an @, chosen by keys, and told to whom they belong', async ({ person, bot, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await bot('민서', room);
  await expect(ana.users).toHaveCount(3);
  await ana.composer.pressSequentially('안녕 @ㅁ');
  await expect(offered(ana)).toHaveText(['민서', '민수', '모두']);
  await expect(ana.composer).toHaveAttribute('aria-activedescendant', /.+/);
  await ana.expectAccessible();
  await ana.composer.pressSequentially('ㅅ');
  await expect(offered(ana)).toHaveText(['민서', '민수']);
  await ana.composer.press('ArrowDown');
  await expect(offered(ana).nth(1)).toHaveAttribute('aria-selected', 'true');
  await ana.composer.press('Enter');
  await expect(ana.composer).toHaveValue('안녕 @민수 ');
  await expect(offered(ana)).toHaveCount(0);
  await ana.composer.pressSequentially('님');
  await ana.composer.press('Enter');

  await expect(ana.messages.last().locator('.mention')).toHaveText('@민수');
  await expect(ana.messages.last()).not.toHaveClass(/message--mention/);
  await expect(minsu.messages.last()).toHaveClass(/message--mention/);
  await minsu.expectAccessible();
});

test('Escape closes the names and keeps the text; a click takes one', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await bot('Grace Hopper', room);
  await expect(ana.users).toHaveCount(2);
  await ana.composer.pressSequentially('@gr');
  await expect(offered(ana)).toHaveText('Grace Hopper');
  await ana.composer.press('Escape');
  await expect(offered(ana)).toHaveCount(0);
  await expect(ana.composer).toHaveValue('@gr');
  await ana.composer.pressSequentially('a');
  await offered(ana).click();
  await expect(ana.composer).toHaveValue('@Grace Hopper ');
  await expect(ana.composer).toBeFocused();
  await ana.composer.pressSequentially('me@gr');
  await expect(offered(ana)).toHaveCount(0);
});

test('an Enter that ends a Hangul syllable takes the name and sends nothing', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await bot('민수', room);
  await expect(ana.users).toHaveCount(2);
  await ana.composer.pressSequentially('@');
  const keys = await InputMethod.of(ana.page);
  await keys.compose('ㅁ', '미', '민');
  await expect(offered(ana)).toHaveText('민수');
  await keys.enterToCommit('민');
  await expect(ana.composer).toHaveValue('@민수 ');
  await expect(ana.messages).toHaveCount(0);
  await ana.sendButton.click();
  await expect(ana.messages).toHaveCount(1);
});

test('who is named elsewhere is told in the sidebar and on the way down', async ({ person, bot, room }) => {
  const ana = await person('Ana', { language: 'en' });
  await ana.join(room);
  const clock = await bot('Clock', room);
  await clock.sayAll(Array.from({ length: 40 }, (_, i) => `${i}`));
  await expect(ana.messages.last()).toContainText('39');
  await ana.messages.last().hover();
  await ana.page.mouse.wheel(0, -1500);
  await expect(ana.page.getByRole('button', { name: /To the latest/ })).toBeVisible();
  await clock.say('안녕 @ana');
  await clock.say('@all 안녕');
  await clock.say('그냥');
  await expect(ana.page.getByRole('button', { name: '↓ 3 new (2 mentions)' })).toBeVisible();
  await ana.page.goto('/');
  await expect(ana.page.getByText('Clock')).toHaveCount(0);
  await ana.join(`${room}-2`);
  const entry = ana.page.getByRole('navigation').getByRole('link', { name: new RegExp(`${room} .*mention`) });
  await expect(entry).toContainText('@2');
  await clock.say('@Ana');
  await ana.page.reload();
  await expect(entry).toContainText('@3');
  await entry.click();
  await expect(ana.messages.last()).toHaveClass(/message--mention/);
});

test('names that are offered go with the text they were offered for', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('짧은 말');
  await ana.expectMessage('짧은 말');
  await ana.composer.pressSequentially('아주 길게 쓰고 나서 @');
  await expect(offered(ana)).toHaveText('모두');
  await ana.message('짧은 말').hover();
  await ana.message('짧은 말').getByRole('button', { name: '고치기' }).click();
  await expect(ana.composer).toHaveValue('짧은 말');
  await expect(offered(ana)).toHaveCount(0);
  await ana.composer.press('Enter');
  await expect(ana.composer).toHaveValue('아주 길게 쓰고 나서 @');
});
