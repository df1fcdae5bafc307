import { expect, type Person, test } from '../fixtures';

const row = (person: Person, text: string) => person.messages.filter({ hasText: text });

test('an edit changes the message for everyone, in its place', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  for (const text of ['하나', '들', '셋']) await ana.say(text);
  await expect(minsu.messages).toHaveCount(3);

  await ana.press('들', '고치기');
  await expect(ana.composer).toHaveValue('들');
  await expect(ana.composer).toBeFocused();
  await expect(ana.page.getByText('메시지를 고치고 있어요')).toBeVisible();
  await ana.say('둘');
  await expect(ana.composer).toHaveValue('');
  await expect(ana.page.getByText('메시지를 고치고 있어요')).toBeHidden();
  for (const [one, mark] of [[ana, '(고침)'], [minsu, '(edited)']] as const) {
    await expect(one.messages.nth(1)).toContainText(`둘 ${mark}`);
    await expect(one.messages).toHaveCount(3);
  }
  await minsu.reload();
  await expect(minsu.messages.nth(1)).toContainText('둘 (edited)');
});

test('↑ in an empty composer edits the last message, Escape lets it be, and the draft is back', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('처음');
  await ana.say('끝');
  await expect(ana.messages).toHaveCount(2);
  await ana.composer.press('ArrowUp');
  await expect(ana.composer).toHaveValue('끝');
  await ana.composer.press('Escape');
  await expect(ana.composer).toHaveValue('');

  await ana.write('쓰던 말');
  await ana.press('처음', '고치기');
  await expect(ana.composer).toHaveValue('처음');
  await ana.page.getByRole('button', { name: '그만두기' }).click();
  await expect(ana.composer).toHaveValue('쓰던 말');
  // An edit that is broken off by a reload goes on, and the draft is kept beneath it; by closing the
  // tab, the draft stays.
  await ana.press('처음', '고치기');
  await ana.write('처음?');
  await ana.reload();
  await expect(ana.composer).toHaveValue('처음?');
  const tab = await ana.anotherTab();
  await expect(tab.getByRole('textbox', { name: ana.words.message, exact: true })).toHaveValue('쓰던 말');
  await tab.close();
  await ana.composer.press('Escape');
  await expect(ana.composer).toHaveValue('쓰던 말');
  await expect(ana.messages.first()).toContainText('처음');
});

test('a deletion asks, leaves a tombstone for everyone, and the text is nowhere in the page', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('비밀번호');
  await expect(minsu.messages).toHaveCount(1);

  await ana.press('비밀번호', '지우기');
  const sure = ana.page.getByText('모두에게서 이 메시지를 지울까요?');
  await expect(sure).toBeVisible();
  await expect(ana.page.locator('#delete-now')).toBeFocused();
  await ana.page.getByRole('button', { name: '그만두기' }).click();
  await expect(sure).toBeHidden();

  await ana.press('비밀번호', '지우기');
  await ana.page.keyboard.press('Enter');
  await expect(ana.messages.first()).toContainText('삭제된 메시지예요');
  await expect(minsu.messages.first()).toContainText('This message was deleted');
  await minsu.reload();
  await expect(minsu.messages.first()).toContainText('This message was deleted');
  expect(await minsu.page.content()).not.toContain('비밀번호');
});

test('who was away finds what became of the messages', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('하나');
  await ana.say('둘');
  await expect(minsu.messages).toHaveCount(2);
  await minsu.goOffline();
  await ana.press('하나', '고치기');
  await ana.say('하나!');
  await ana.press('둘', '지우기');
  await ana.page.keyboard.press('Enter');
  await ana.say('셋');
  await expect(ana.messages).toHaveCount(3);
  await minsu.goOnline();
  await minsu.expectMessage('셋');
  await expect(minsu.messages.nth(0)).toContainText('하나! (고침)');
  await expect(minsu.messages.nth(1)).toContainText('삭제된 메시지예요');
});

test("others' messages can be answered and not changed", async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('내 말');
  await row(minsu, '내 말').hover();
  await expect(row(minsu, '내 말').getByRole('button', { name: '답장' })).toBeVisible();
  for (const tool of ['고치기', '지우기'])
    await expect(row(minsu, '내 말').getByRole('button', { name: tool })).toHaveCount(0);
});

test('who keeps the room deletes what others say, and changes none of it', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await minsu.say('광고예요');
  await expect(ana.messages).toHaveCount(1);
  await row(ana, '광고예요').hover();
  await expect(row(ana, '광고예요').getByRole('button', { name: '고치기' })).toHaveCount(0);
  await ana.press('광고예요', '지우기');
  await ana.page.keyboard.press('Enter');
  for (const one of [ana, minsu]) await expect(one.messages.first()).toContainText('삭제된 메시지예요');
  expect(await minsu.page.content()).not.toContain('광고예요');
});

test('what is deleted meanwhile is changed no more, and the words are kept', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await minsu.say('고치려던 말');
  await minsu.press('고치려던 말', '고치기');
  await minsu.write('고치려던 말, 아주 길게');
  await ana.press('고치려던 말', '지우기');
  await ana.page.keyboard.press('Enter');
  await expect(minsu.messages.first()).toContainText('삭제된 메시지예요');
  await expect(minsu.page.getByText('메시지를 고치고 있어요')).toBeHidden();
  await expect(minsu.composer).toHaveValue('고치려던 말, 아주 길게');

  await minsu.say('반응하려던 말');
  await minsu.press('반응하려던 말', '반응하기');
  await expect(minsu.page.getByRole('group', { name: '반응하기' })).toBeVisible();
  await ana.press('반응하려던 말', '지우기');
  await ana.page.keyboard.press('Enter');
  await expect(minsu.page.getByRole('group', { name: '반응하기' })).toBeHidden();
});

test('by keyboard: from the talk to a message, its tools, and back to the composer', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('하나');
  await ana.say('둘');
  await expect(ana.messages).toHaveCount(2);
  // Whether these are on their way or stored: rows that are drawn anew keep the focus.
  await ana.page.locator('#log').focus();
  await ana.page.keyboard.press('ArrowUp');
  await expect(row(ana, '둘')).toBeFocused();
  await ana.page.keyboard.press('ArrowUp');
  await expect(row(ana, '하나')).toBeFocused();
  await ana.page.keyboard.press('Tab');
  await expect(row(ana, '하나').getByRole('button', { name: '반응하기' })).toBeFocused();
  await ana.page.keyboard.press('ArrowDown');
  await ana.page.keyboard.press('ArrowDown');
  await expect(ana.composer).toBeFocused();
});
