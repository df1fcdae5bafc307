import { expect, type Person, test } from '../fixtures';

const row = (person: Person, text: string) => person.messages.filter({ hasText: text });

const choose = async (person: Person, text: string) => {
  await row(person, text).hover();
  await row(person, text).getByRole('button', { name: /반응하기|^React$/ }).click();
};

test('a reaction is counted for everyone, names who gave it, and is taken back', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { language: 'en' })];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('일곱 시에 봐요');
  await minsu.expectMessage('일곱 시에 봐요');
  await choose(minsu, '일곱 시');
  await row(minsu, '일곱 시').getByRole('group').getByRole('button', { name: '👍' }).click();
  const [hers, his] = [ana, minsu].map((one) => row(one, '일곱 시').locator('.reaction'));
  await expect(hers!).toHaveText('👍 1');
  await expect(hers!).toHaveAccessibleName('민수님: 👍');
  await expect(hers!).toHaveAttribute('aria-pressed', 'false');
  await expect(his!).toHaveAttribute('aria-pressed', 'true');

  await hers!.click();
  await expect(his!).toHaveText('👍 2');
  await expect(his!).toHaveAccessibleName('👍 from 민수 and Ana');
  await his!.click();
  await expect(hers!).toHaveText('👍 1');
  await minsu.reload();
  await expect(his!).toHaveText('👍 1');
  await hers!.click();
  await expect(hers!).toHaveCount(0);
  await expect(his!).toHaveCount(0);
});

test('any emoji can be typed, and what is none is refused', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('하나');
  await choose(ana, '하나');
  const field = ana.page.getByLabel('아무 이모지');
  await expect(field).toBeFocused();
  await field.fill('🦄');
  await field.press('Enter');
  await expect(row(ana, '하나').locator('.reaction')).toHaveText('🦄 1');
  await expect(field).toHaveCount(0);
  await expect(ana.composer).toBeFocused();
  await expect(ana.composer).toHaveValue('');
  await choose(ana, '하나');
  await field.fill('좋아');
  await field.press('Enter');
  await expect(ana.page.getByText('반응은 이모지 하나로 남겨 주세요.')).toBeVisible();
  await choose(ana, '하나');
  await ana.page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(ana.composer).toBeFocused();
});

test('what could not be done without a connection is said no longer than that', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('반응해 주세요');
  await expect(ana.message('반응해 주세요').getByRole('link')).toBeVisible();
  await ana.goOffline();
  await ana.message('반응해 주세요').hover();
  await ana.message('반응해 주세요').getByRole('button', { name: '반응하기' }).click();
  await ana.page.getByRole('group', { name: '반응하기' }).getByRole('button').first().click();
  const trouble = ana.page.getByText('다시 연결되면 해 주세요');
  await expect(trouble).toBeVisible();
  await ana.goOnline();
  await expect(trouble).toBeHidden();
});

test('who only reads sees reactions and cannot press them', async ({ person, room }) => {
  const [ana, reader] = [await person('Ana'), await person('Reader')];
  await ana.join(room);
  await ana.say('하나');
  await choose(ana, '하나');
  await row(ana, '하나').getByRole('group').getByRole('button', { name: '🎉' }).click();
  await reader.open(room);
  await expect(row(reader, '하나')).toContainText('🎉 1');
  await expect(row(reader, '하나').getByRole('button')).toHaveCount(0);
});

test('what one does with a message goes on while others react to it', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await ana.say(`긴 이야기\n${'귤\n'.repeat(30)}끝`);
  await minsu.expectMessage('긴 이야기');
  const message = row(ana, '긴 이야기');
  await message.getByText('더 보기').click();
  await choose(ana, '긴 이야기');
  const field = ana.page.getByLabel('아무 이모지');
  await field.fill('🦄');
  await choose(minsu, '긴 이야기');
  await row(minsu, '긴 이야기').getByRole('group').getByRole('button', { name: '👍' }).click();
  await expect(message.locator('.reaction')).toHaveText('👍 1');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('🦄');
  await expect(message.getByText('접기')).toBeVisible();
  await field.press('Escape');
  const chip = message.locator('.reaction');
  await chip.focus();
  await ana.page.keyboard.press('Enter');
  await expect(chip).toHaveText('👍 2');
  await expect(chip).toBeFocused();
});

test('a press beside the emoji, or writing on, closes them', async ({ person, room }) => {
  const ana = await person('Ana', { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  await ana.join(room);
  await ana.write('하나');
  await ana.sendButton.tap();
  await ana.expectMessage('하나');
  const palette = row(ana, '하나').getByRole('group');
  const open = async () => {
    await row(ana, '하나').getByText('하나').tap();
    await row(ana, '하나').getByRole('button', { name: '반응하기' }).tap();
    await expect(palette).toBeVisible();
  };
  await open();
  // No keyboard comes up over what one chooses from.
  await expect(ana.page.getByLabel('아무 이모지')).not.toBeFocused();
  await row(ana, '하나').getByText('하나').tap();
  await expect(palette).toHaveCount(0);
  await open();
  await ana.write('둘');
  await expect(palette).toHaveCount(0);
});

test('who reacts by keyboard stays at the message', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('하나');
  await ana.expectMessage('하나');
  await choose(ana, '하나');
  await row(ana, '하나').getByRole('group').getByRole('button', { name: '👀' }).press('Enter');
  const reaction = row(ana, '하나').locator('.reaction');
  await expect(reaction).toHaveText('👀 1');
  await expect(row(ana, '하나')).toBeFocused();
  await reaction.press('Enter');
  await expect(reaction).toHaveCount(0);
  await expect(row(ana, '하나')).toBeFocused();
});

test('a finger that keeps still is told who gave it', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana', { hasTouch: true, isMobile: true }), await person('민수')];
  await minsu.join(room);
  await minsu.say('일곱 시에 봐요');
  await choose(minsu, '일곱 시');
  await row(minsu, '일곱 시').getByRole('group').getByRole('button', { name: '👍' }).click();
  await ana.join(room);
  const chip = row(ana, '일곱 시').locator('.reaction');
  // The first touch loads what the next ones need.
  await row(ana, '일곱 시').tap();
  await expect(ana.page.locator('.tip')).toBeAttached();
  const { x, y, width, height } = (await chip.boundingBox())!;
  const cdp = await ana.page.context().newCDPSession(ana.page);
  const touch = (type: 'touchStart' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', [{ x: x + width / 2, y: y + height / 2 }]);
  await expect(ana.page.locator('.tip')).toHaveText('민수님: 👍');
  await touch('touchEnd', []);
  // To look at it gives nothing.
  await expect(chip).toHaveText('👍 1');
  await chip.tap();
  await expect(chip).toHaveText('👍 2');
  await expect(ana.page.locator('.tip')).toBeHidden();
});
