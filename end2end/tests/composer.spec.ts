import { expect, type Person, test } from '../fixtures';
import { png } from '../png';
import { InputMethod } from '../input_method';

test('Enter sends and Shift+Enter breaks the line', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.write('첫 줄');
  await ana.composer.press('Shift+Enter');
  await ana.composer.pressSequentially('둘째 줄');
  await expect(ana.composer).toHaveValue('첫 줄\n둘째 줄');
  await ana.composer.press('Enter');
  await expect(ana.messages).toHaveCount(1);
  await ana.expectMessage('둘째 줄');
  await expect(ana.composer).toHaveValue('');
  await expect(ana.composer).toBeFocused();
});

test('on a touch screen Enter breaks the line and the button sends', async ({ person, room }) => {
  const ana = await person('Ana', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await ana.join(room);
  await ana.write('첫 줄');
  await ana.composer.press('Enter');
  await expect(ana.composer).toHaveValue('첫 줄\n');
  await ana.sendButton.tap();
  await ana.expectMessage('첫 줄');
});

test('ten messages in a row arrive in order and once', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  const texts = Array.from({ length: 10 }, (_, i) => `${i}번째`);
  for (const text of texts) await ana.say(text);
  await minsu.expectConversation(texts);
  await expect(minsu.messages).toHaveCount(10);
});

for (const [kind, blank] of Object.entries({ spaces: '   ', 'empty lines': '\n\n', 'what draws nothing': '\u200b\u3164' })) {
  test(`${kind} cannot be sent`, async ({ person, room }) => {
    const ana = await person('Ana');
    await ana.join(room);
    await ana.say(blank);
    await expect(ana.sendButton).toBeDisabled();
    await ana.say('보이는 말');
    await ana.expectMessage('보이는 말');
    await expect(ana.messages).toHaveCount(1);
  });
}

test('a text over the limit stays and says by how much it is over', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('가'.repeat(4007));
  await expect(ana.composer).toHaveValue('가'.repeat(4007));
  await expect(ana.sendButton).toBeDisabled();
  await expect(ana.composer).toHaveAccessibleDescription(/\b7\D|7$/);
  await ana.say('가'.repeat(4000));
  await ana.expectMessage('가'.repeat(4000));
});

test('an empty line of notes takes no room, and the Tab key leads on from what is written', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await expect(ana.page.locator('#composer-notes')).toBeHidden();
  await ana.write('아직 쓰는 중');
  await ana.composer.press('Tab');
  await expect(ana.sendButton).toBeFocused();
});

test('what was being written survives a reload', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.write('아직 쓰는 중');
  await ana.reload();
  await expect(ana.composer).toHaveValue('아직 쓰는 중');
});

test('an answer, its file and an edit under way survive a reload and another language', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('언제 볼까요');
  await expect(ana.message('언제 볼까요').getByRole('link', { name: /\d:\d\d/ })).toBeVisible();
  const tool = (text: string, name: string) => ana.message(text).getByRole('button', { name });
  await ana.message('언제 볼까요').hover();
  await tool('언제 볼까요', '답장').click();
  await ana.write('일곱 시요');
  await ana.page.locator('#composer-files').setInputFiles({ name: '지도.png', mimeType: 'image/png', buffer: png(32, 32) });
  const chips = ana.page.locator('.composer__files');
  await expect(chips).toContainText('KB');
  await ana.reload();
  await expect(ana.composer).toHaveValue('일곱 시요');
  await expect(ana.page.getByText('Ana님에게 답장')).toBeVisible();
  await expect(chips).toContainText('지도.png');
  await ana.composer.press('Enter');
  const answer = ana.message('일곱 시요');
  await expect(answer.getByRole('img', { name: '지도.png' })).toBeVisible();
  await expect(answer.locator('.message__quote')).toContainText('언제 볼까요');
  await expect(chips).not.toContainText('지도.png');
  // What waits for the link is not edited by ↑: much later that would come as a surprise.
  await expect(answer.getByRole('link', { name: /\d:\d\d/ })).toBeVisible();

  await ana.composer.press('ArrowUp');
  await expect(ana.composer).toHaveValue('일곱 시요');
  await ana.composer.fill('여덟 시요');
  await ana.page.getByRole('button', { name: 'English' }).click();
  const composer = ana.page.getByRole('textbox', { name: 'Message', exact: true });
  await expect(composer).toHaveValue('여덟 시요');
  await expect(ana.page.getByText('You are editing a message')).toBeVisible();
  // An edit is not sent before there is a link, and says so.
  await expect(async () => {
    await composer.press('Enter');
    await expect(ana.page.getByRole('article').filter({ hasText: '여덟 시요' })).toContainText('(edited)', { timeout: 1000 });
  }).toPass();
  await expect(composer).toHaveValue('');
});

test('what is typed before the script runs is kept, with focus and caret', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await ana.page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await ana.page.reload({ waitUntil: 'commit' });
  await ana.composer.pressSequentially('일찍 쓴 말');
  await ana.composer.press('ArrowLeft');
  release();
  await ana.expectLive();
  await expect(ana.composer).toBeFocused();
  await ana.composer.pressSequentially('X');
  await expect(ana.composer).toHaveValue('일찍 쓴 X말');
});

test.describe('an input method', () => {
  async function composing(ana: Person, room: string): Promise<InputMethod> {
    await ana.join(room);
    await ana.composer.focus();
    return InputMethod.of(ana.page);
  }

  /** Within a tenth of a second another Enter would be the same press, reported twice. */
  async function pressIsOver(ana: Person): Promise<void> {
    const now = await ana.page.evaluate(() => performance.now());
    await ana.page.waitForFunction((now) => performance.now() > now + 100, now);
  }

  /** By the time this has come and been seen, whatever was sent before it has, too. */
  async function expectOnly(ana: Person, text: string): Promise<void> {
    await ana.expectMessage(text);
    await expect(ana.composer).toHaveValue('');
    await pressIsOver(ana);
    await ana.say('끝');
    await ana.expectConversation([text, '끝']);
    await expect(ana.messages).toHaveCount(2);
  }

  test('of Hangul that keeps the Enter: one press sends once, last syllable and all', async ({ person, room }) => {
    const ana = await person('Ana');
    const hangul = await composing(ana, room);
    await hangul.compose('ㅎ', '하', '한');
    await hangul.commit('한');
    await hangul.compose('ㄱ', '그', '글');
    await hangul.enterToCommit('글');
    await expectOnly(ana, '한글');
  });

  test('of Hangul that hands the Enter on: one press sends once', async ({ person, room }) => {
    const ana = await person('Ana');
    const hangul = await composing(ana, room);
    await hangul.compose('ㅎ', '하', '한');
    await hangul.commit('한');
    await hangul.compose('ㄱ', '그', '글');
    await hangul.enterToCommitAndGoOn('글');
    await expectOnly(ana, '한글');
  });

  test('of Hangul: committing without Enter sends nothing', async ({ person, room }) => {
    const ana = await person('Ana');
    const hangul = await composing(ana, room);
    await hangul.compose('ㄱ', '가');
    await hangul.commit('가');
    await expect(ana.composer).toHaveValue('가');
    await ana.composer.press('Enter');
    await expectOnly(ana, '가');
  });

  test('of kana: the Enter that commits sends nothing, the next one does', async ({ person, room }) => {
    const ana = await person('Ana');
    const kana = await composing(ana, room);
    await kana.compose('n', 'に', 'にほ', 'にほん', '日本');
    await kana.enterToCommit('日本');
    await expect(ana.composer).toHaveValue('日本');
    await expect(ana.messages).toHaveCount(0);
    await pressIsOver(ana);
    await ana.composer.press('Enter');
    await expectOnly(ana, '日本');
  });
});

test('each of two tabs forgets its own draft only', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const other = await ana.anotherTab();
  await ana.say('이건 보내고');
  const composer = other.getByRole('textbox', { name: ana.words.message, exact: true });
  await composer.fill('이건 아직');
  await ana.say('이것도 보내요');
  await ana.expectMessage('이것도 보내요');
  await other.reload();
  await expect(composer).toHaveValue('이건 아직');
});

test('Escape says that one has read', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await bot('민수', room);
  await minsu.sayAll(Array.from({ length: 29 }, (_, n) => `첫 ${n}.`));
  // Who says something has read what stands above it.
  await ana.say('나 왔어요');
  await ana.expectMessage('나 왔어요');
  await expect(async () => {
    await ana.message('첫 2.').scrollIntoViewIfNeeded();
    await expect(ana.page.getByRole('button', { name: ana.words.toLatest })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await minsu.say('새 말이에요');
  await expect(ana.page).toHaveTitle(/^\(1\)/);
  await ana.composer.press('Escape');
  await expect(ana.page).not.toHaveTitle(/^\(/);
});

test('turning to another room by a click, one goes on writing there', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.join(`${room}-2`);
  const rooms = ana.page.getByRole('navigation');
  await rooms.getByRole('link', { name: room, exact: true }).click();
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText(room);
  await expect(ana.composer).toBeFocused();
});
