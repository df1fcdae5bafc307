/** The README's pictures: `make sheets ARGS="-g README"` draws them anew into .github. */
import { type Bot } from '../bot';
import { expect, type Person, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

const talks = {
  ko: {
    room: '책 모임',
    people: ['하나', '민수', '보라'],
    lines: [
      '이번 주는 **3장**까지 읽어 와요 📖',
      '저는 2장에서 막혔어요 😅',
      '@민수 금요일 *일곱 시*에 같이 읽어요!',
      '귤 가져갈게요',
      '그럼 저는 차를 준비할게요 🍵',
    ],
    picture: '귤.png',
  },
  en: {
    room: 'Book club',
    people: ['Hana', 'Minsu', 'Bora'],
    lines: [
      'Please read up to **chapter 3** this week 📖',
      'I am stuck in chapter 2 😅',
      '@Minsu let us read together, Friday at *seven*!',
      'I bring tangerines',
      'Then I make the tea 🍵',
    ],
    picture: 'tangerines.png',
  },
};

/** Tangerines, as far as a few circles can be. */
async function tangerines(one: Person): Promise<Buffer> {
  const url = await one.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 480 });
    const pen = canvas.getContext('2d')!;
    pen.fillStyle = '#e7d3b0';
    pen.fillRect(0, 0, 960, 480);
    for (const [x, y, r] of [[250, 300, 130], [480, 250, 150], [715, 305, 125], [365, 390, 110], [600, 395, 115]] as const) {
      const light = pen.createRadialGradient(x - r / 3, y - r / 3, r / 8, x, y, r);
      light.addColorStop(0, '#ffc46b');
      light.addColorStop(1, '#e07b1a');
      pen.fillStyle = light;
      pen.beginPath();
      pen.arc(x, y, r, 0, 2 * Math.PI);
      pen.fill();
      pen.fillStyle = '#4d7a3a';
      pen.beginPath();
      pen.ellipse(x + r / 8, y - r * 0.86, r / 4, r / 9, -0.5, 0, 2 * Math.PI);
      pen.fill();
    }
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1]!, 'base64');
}

for (const [language, colorScheme, file] of [['ko', 'light', 'room.png'], ['en', 'dark', 'room-dark.png']] as const)
  test(`the README's picture, ${colorScheme}`, async ({ person, bot }) => {
    const { room, people, lines, picture } = talks[language];
    const [first, second, third] = people as [string, string, string];
    const [hana, bora]: [Bot, Bot] = [await bot(first, room), await bot(third, room)];
    const minsu = await bot(second, room);
    const ana = await person('Ana', { language, colorScheme, viewport: { width: 1200, height: 800 } });
    await ana.join(room);
    await hana.say(lines[0]!);
    await minsu.say(lines[1]!);
    await ana.expectMessage(lines[1]!);
    await ana.say(lines[2]!);
    await ana.message(lines[1]!).hover();
    await ana.message(lines[1]!).locator('[data-act=reply]').click();
    await ana.page.locator('#composer-files').setInputFiles([{ name: picture, mimeType: 'image/png', buffer: await tangerines(ana) }]);
    await expect(ana.page.locator('.composer__files')).toContainText('KB');
    await ana.say(lines[3]!);
    await bora.say(lines[4]!);
    await ana.expectMessage(lines[4]!);
    for (const [text, emoji] of [[lines[0]!.split('**')[0]!, '👍'], [lines[4]!, '🎉']] as const) {
      await ana.message(text).hover();
      await ana.message(text).locator('[data-act=react]').click();
      await ana.page.locator(`[data-emoji="${emoji}"]`).click();
      await expect(ana.message(text).locator('.reaction')).toHaveCount(1);
    }
    await expect(ana.page.locator('.message__picture img')).toHaveJSProperty('complete', true);
    await ana.page.mouse.move(600, 5);
    await ana.composer.focus();
    await ana.page.screenshot({ path: `../.github/${file}`, animations: 'disabled' });
  });
