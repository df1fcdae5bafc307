import { expect, type Person, test, UNLIMITED } from '../fixtures';
import { png } from '../png';

test.use({ settings: UNLIMITED });

async function send(one: Person, name: string): Promise<void> {
  await one.page.locator('#composer-files').setInputFiles({ name, mimeType: 'image/png', buffer: png(1200, 800) });
  await expect(one.page.locator('.composer__files').getByRole('listitem')).toContainText(['KB']);
  await one.composer.press('Enter');
  await expect(one.conversation.getByRole('img', { name })).toBeVisible();
  await expect(one.page.locator('.message--pending')).toHaveCount(0);
}

const viewer = (one: Person) => one.page.getByRole('dialog', { name: '사진 보기' });
const width = (one: Person) => viewer(one).getByRole('img').evaluate((image: HTMLImageElement) => image.naturalWidth);

test('a picture opens over the talk, and leads to those beside it', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  for (const name of ['귤.png', '감.png', '배.png']) await send(ana, name);
  const link = ana.conversation.getByRole('link').filter({ has: ana.page.getByRole('img', { name: '감.png' }) });
  await link.focus();
  await ana.page.keyboard.press('Enter');
  await expect(viewer(ana).getByRole('img', { name: '감.png' })).toBeInViewport({ ratio: 1 });
  await expect.poll(() => width(ana)).toBe(1200);
  await ana.expectAccessible();
  await ana.page.keyboard.press('ArrowRight');
  await expect(viewer(ana).getByRole('img', { name: '배.png' })).toBeVisible();
  await expect(viewer(ana).getByRole('button', { name: '다음 사진' })).toBeHidden();
  await viewer(ana).getByRole('button', { name: '앞 사진' }).click();
  await viewer(ana).getByRole('button', { name: '앞 사진' }).click();
  await expect(viewer(ana).getByRole('img', { name: '귤.png' })).toBeVisible();
  await expect(viewer(ana).getByRole('link', { name: '저장하기' })).toHaveAttribute('download', '귤.png');
  await ana.page.keyboard.press('Escape');
  await expect(viewer(ana)).toBeHidden();
  await expect(link).toBeFocused();
  await link.click();
  await viewer(ana).getByRole('button', { name: '닫기' }).click();
  await expect(viewer(ana)).toBeHidden();
});

test('a picture that is deleted goes from the eyes of whoever looks at it', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await send(ana, '귤.png');
  await minsu.conversation.getByRole('img', { name: '귤.png' }).click();
  await expect(viewer(minsu)).toBeVisible();
  // A reaction draws the message anew, and leaves the picture open.
  await ana.messages.first().hover();
  await ana.messages.first().getByRole('button', { name: '반응하기' }).click();
  await ana.page.getByRole('group', { name: '반응하기' }).getByRole('button').first().click();
  await expect(minsu.page.locator('.reaction')).toHaveCount(1);
  await expect(viewer(minsu)).toBeVisible();
  await ana.messages.first().hover();
  await ana.messages.first().getByRole('button', { name: '지우기' }).click();
  await ana.page.keyboard.press('Enter');
  await expect(viewer(minsu)).toBeHidden();
});

test('without script a picture is a link', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수', { javaScriptEnabled: false })];
  await ana.join(room);
  await send(ana, '귤.png');
  await minsu.open(room);
  await expect(viewer(minsu)).toBeHidden();
  await expect(minsu.conversation.getByRole('img', { name: '귤.png' })).toBeVisible();
  const link = minsu.conversation.getByRole('link').filter({ has: minsu.page.getByRole('img', { name: '귤.png' }) });
  await expect(link).toHaveAttribute('href', /^\/files\//);
});
