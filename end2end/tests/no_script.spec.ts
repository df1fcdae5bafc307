import { expect, type Person, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

const withoutScript = { javaScriptEnabled: false };

async function submitName(one: Person): Promise<void> {
  await one.nameField.fill(one.name);
  await one.joinButton.click();
}

test('a room and its messages can be read', async ({ person, bot, room }) => {
  await (await bot('민수', room)).sayAll(['하나', '둘', '<b>셋</b>']);
  const ana = await person('Ana', withoutScript);
  await ana.open(room);
  await ana.expectConversation(['하나', '둘', '<b>셋</b>']);
  await expect(ana.user('민수')).toBeVisible();
  await expect(ana.messages.first().locator('time')).toHaveAttribute('datetime', /^\d{4}-/);
});

test('one can join, write and be heard', async ({ person, room }) => {
  const minsu = await person('민수');
  await minsu.join(room);
  const ana = await person('Ana', withoutScript);
  await ana.open(room);
  await submitName(ana);
  await ana.composer.fill('스크립트 없이');
  await ana.sendButton.click();
  await ana.expectMessage('스크립트 없이');
  await minsu.expectMessage('스크립트 없이');

  // What was posted is not posted again.
  await ana.page.reload();
  await ana.expectMessage('스크립트 없이');
  await minsu.say('잘 들려요');
  await expect(minsu.messages).toHaveCount(2);
});

test('what others say appears by itself, and what one is typing stays', async ({ person, bot, room }) => {
  const minsu = await bot('민수', room);
  await minsu.say('처음');
  const ana = await person('Ana', withoutScript);
  await ana.open(room);
  await submitName(ana);
  await expect(ana.user('민수')).toBeVisible();
  await ana.composer.pressSequentially('쓰는 중');

  await minsu.say('새 소식');
  const news = ana.page.frameLocator('iframe');
  await expect(news.getByRole('article')).toContainText(['새 소식'], { timeout: 15_000 });
  await minsu.say('또 하나');
  await expect(news.getByRole('article')).toContainText(['새 소식', '또 하나'], { timeout: 15_000 });
  await expect(ana.composer).toHaveValue('쓰는 중');
  await expect(ana.composer).toBeFocused();
  await expect(ana.messages).toHaveCount(1);

  // Sending brings the page itself up to date.
  await ana.sendButton.click();
  await ana.expectConversation(['처음', '새 소식', '또 하나', '쓰는 중']);
  await expect(news.getByRole('article')).toHaveCount(0);
});

test('what is refused stays where it was typed, with the reason', async ({ person, room }) => {
  const ana = await person('Ana', withoutScript);
  ana.allow(/the server responded with a status of 4\d\d/);
  await ana.open(room);
  await submitName(ana);
  const long = `<b>${'길다'.repeat(8000)}</b>`;
  await ana.composer.fill(long);
  await ana.sendButton.click();
  await expect(ana.page.getByRole('alert')).toBeVisible();
  await expect(ana.composer).toHaveValue(long);
  // Another language is asked for on a page that is the answer to a form.
  await ana.page.getByRole('button', { name: 'English' }).click();
  await expect(ana.page.getByRole('textbox', { name: 'Message', exact: true })).toBeVisible();
  await ana.page.getByRole('button', { name: '한국어' }).click();
  await ana.composer.fill('짧다');
  await ana.sendButton.click();
  await ana.expectConversation(['짧다']);
});

test('one goes from room to room by links, and sees who is where', async ({ person, bot, room }) => {
  await bot('민수', room);
  await bot('보라', `${room}-2`);
  const ana = await person('Ana', withoutScript);
  for (const one of [room, `${room}-2`]) {
    await ana.open(one);
    await submitName(ana);
  }
  await expect(ana.user('보라')).toBeVisible();
  await ana.page.getByRole('navigation').getByRole('link', { name: room, exact: true }).click();
  await expect(ana.user('민수')).toBeVisible();
  await expect(ana.user('보라')).toHaveCount(0);
});

test('a taken name is told, with what one typed and another to take', async ({ person, bot, room }) => {
  await bot('민수', room);
  const minsu = await person('민수', withoutScript);
  // Chromium reports a page that is answered with 4xx.
  minsu.allow(/the server responded with a status of 4\d\d/);
  await minsu.open(room);
  await submitName(minsu);
  await expect(minsu.page.getByRole('alert')).toBeVisible();
  await expect(minsu.nameField).toHaveValue('민수');
  await minsu.page.getByRole('button', { name: '민수 2' }).click();
  await expect(minsu.user('민수 2')).toBeVisible();
});

test('older messages are behind a link', async ({ person, bot, room }) => {
  const texts = Array.from({ length: 70 }, (_, i) => `말 ${i + 1}번.`);
  await (await bot('민수', room)).sayAll(texts);
  const ana = await person('Ana', withoutScript);
  await ana.open(room);
  await expect(ana.messages).toHaveCount(50);
  await ana.page.getByRole('link', { name: ana.words.older }).click();
  await expect(ana.messages.first()).toContainText('말 1번.');
  await ana.page.getByRole('link', { name: ana.words.toLatest }).click();
  await expect(ana.messages.last()).toContainText('말 70번.');
});

test('who says something has read', async ({ person, bot, room }) => {
  const ana = await person('Ana', withoutScript);
  await ana.open(room);
  await submitName(ana);
  await expect(ana.composer).toBeVisible();
  await (await bot('민수', room)).say('여기 있어요?');
  await ana.page.reload();
  await expect(ana.page.getByText(ana.words.unread)).toBeVisible();
  await ana.composer.fill('네, 있어요');
  await ana.sendButton.click();
  await ana.expectConversation(['여기 있어요?', '네, 있어요']);
  await expect(ana.page.getByText(ana.words.unread)).toHaveCount(0);
});
