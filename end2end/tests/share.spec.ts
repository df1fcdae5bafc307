import { expect, roomPath, test } from '../fixtures';

test('one gives the link on, as a copy or as a picture', async ({ person, room, server }) => {
  const ana = await person('Ana', { permissions: ['clipboard-read', 'clipboard-write'] });
  await ana.join(room);
  await ana.page.getByRole('button', { name: '초대하기' }).click();
  const panel = ana.page.getByRole('dialog', { name: '링크로 부르기' });
  const picture = panel.getByRole('img', { name: 'QR' });
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(200);
  await ana.expectAccessible();
  await panel.getByRole('button', { name: '링크 복사' }).click();
  await expect(ana.page.getByText('링크를 복사했어요')).toBeVisible();
  const copied = await ana.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(server.url + roomPath(room));
});

test('a message has a link of its own', async ({ person, room, server }) => {
  const ana = await person('Ana', { permissions: ['clipboard-read', 'clipboard-write'] });
  await ana.join(room);
  await ana.say('여기예요');
  await ana.message('여기예요').getByRole('link').click();
  await expect(ana.page.getByText('링크를 복사했어요')).toBeVisible();
  const copied = await ana.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`${server.url}${roomPath(room)}/1`);
  const minsu = await person('민수');
  await minsu.page.goto(copied);
  await expect(minsu.message('여기예요')).toBeInViewport();
});

test('the link is there without script, too', async ({ person, room }) => {
  const ana = await person('Ana', { javaScriptEnabled: false });
  await ana.open(room);
  await ana.page.getByRole('button', { name: '초대하기' }).click();
  await expect(ana.page.getByRole('img', { name: 'QR' })).toBeVisible();
  await expect(ana.page.getByRole('button', { name: '링크 복사' })).toBeHidden();
});

test('where there is no clipboard, the link is shown', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await ana.join(room);
  await ana.page.getByRole('button', { name: '초대하기' }).click();
  const shown = ana.page.waitForEvent('dialog');
  const pressed = ana.page.getByRole('button', { name: '링크 복사' }).click();
  const dialog = await shown;
  expect(dialog.defaultValue()).toBe(ana.page.url());
  await dialog.dismiss();
  await pressed;
});
