import { expect, type Person, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

const row = (person: Person, text: string) => person.messages.filter({ hasText: text });

const reply = async (person: Person, to: string, text: string) => {
  await row(person, to).last().hover();
  await row(person, to).last().getByRole('button', { name: '답장' }).click();
  await person.say(text);
};

test('a reply quotes what it answers, for everyone, and leads there', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('몇 시에 만나요?');
  await minsu.expectMessage('몇 시에 만나요?');
  await row(minsu, '몇 시에').hover();
  await row(minsu, '몇 시에').getByRole('button', { name: 'Reply' }).click();
  await expect(minsu.page.getByText('Replying to Ana')).toBeVisible();
  await expect(minsu.composer).toBeFocused();
  await minsu.say('일곱 시요');
  await expect(minsu.page.getByText('Replying to Ana')).toHaveCount(0);
  for (const one of [ana, minsu]) {
    const quote = one.messages.nth(1).getByRole('link').last();
    await expect(quote).toContainText('Ana 몇 시에 만나요?');
    await quote.click();
    await expect(one.messages.first()).toBeFocused();
    await expect(one.messages.first()).toBeInViewport();
  }
});

test('a quote follows what it quotes, and is there after a reload', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('처음');
  await minsu.expectMessage('처음');
  await reply(minsu, '처음', '답이에요');
  await expect(ana.messages.nth(1).getByRole('link').last()).toContainText('처음');
  await row(ana, '처음').first().hover();
  await row(ana, '처음').first().getByRole('button', { name: '고치기' }).click();
  await ana.say('고친 말');
  await expect(minsu.messages.nth(1).getByRole('link').last()).toContainText('고친 말');
  await minsu.reload();
  await expect(minsu.messages.nth(1).getByRole('link').last()).toContainText('고친 말');
  await row(ana, '고친 말').first().hover();
  await row(ana, '고친 말').first().getByRole('button', { name: '지우기' }).click();
  await ana.page.keyboard.press('Enter');
  await expect(minsu.messages.nth(1).getByRole('link').last()).toContainText('삭제된 메시지예요');
});

test('what is answered and not loaded is fetched', async ({ person, room, bot }) => {
  const [ana, clock] = [await person('Ana'), await bot('Clock', room)];
  await ana.join(room);
  await ana.say('아주 오래된 말');
  await reply(ana, '아주 오래된 말', '곧 답');
  await expect(ana.messages).toHaveCount(2);
  // Stored before what comes now.
  await expect(ana.page.locator('.message--pending')).toHaveCount(0);
  await clock.sayAll(Array.from({ length: 60 }, (_, i) => `${i}`));
  await expect(ana.messages.last()).toContainText('59');
  await reply(ana, '곧 답', '늦은 답');
  const late = await person('민수');
  await late.join(room);
  await expect(late.messages.last()).toContainText('늦은 답');
  const quote = late.messages.last().getByRole('link').last();
  await expect(quote).toContainText('Ana 곧 답');
  // It is loaded, and the room lives on.
  await quote.click();
  await expect(row(late, '곧 답').first()).toBeInViewport();
  await expect(row(late, '곧 답').first()).toBeFocused();
  await clock.say('그사이에');
  await expect(late.page.getByRole('button', { name: late.words.newMessages })).toBeVisible();
});

test('Escape gives up the reply and keeps the text', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('하나');
  await row(ana, '하나').hover();
  await row(ana, '하나').getByRole('button', { name: '답장' }).click();
  await ana.write('쓰던 말');
  await ana.composer.press('Escape');
  await expect(ana.page.getByText('답장하고 있어요')).toHaveCount(0);
  await expect(ana.composer).toHaveValue('쓰던 말');
  await ana.composer.press('Enter');
  await expect(ana.messages.nth(1)).toContainText('쓰던 말');
  await expect(ana.messages.nth(1).locator('q')).toHaveCount(0);
});

test('what is answered further up than the page reaches is answered after a reload, too', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await bot('민수', room);
  await minsu.say('언제 볼까요');
  await ana.message('언제 볼까요').hover();
  await ana.message('언제 볼까요').getByRole('button', { name: '답장' }).click();
  await ana.write('일곱 시요');
  await minsu.sayAll(Array.from({ length: 60 }, (_, at) => `다른 말 ${at}`));
  await expect(ana.message('다른 말 59')).toBeVisible();
  await ana.reload();
  await expect(ana.page.getByText('민수님에게 답장')).toBeVisible();
  await ana.composer.press('Enter');
  await expect(ana.message('일곱 시요').locator('.message__quote')).toContainText('언제 볼까요');
});
