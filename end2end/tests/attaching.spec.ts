import { expect, type Person, test, UNLIMITED } from '../fixtures';
import { png } from '../png';

test.use({ settings: { ...UNLIMITED, SARANGBANG_FILE_LIMIT: '1' } });

const tangerines = { name: '귤.png', mimeType: 'image/png', buffer: png(640, 320) };

const field = (one: Person) => one.page.locator('#composer-files');
/** Nothing that is uploaded arrives before one lets it. */
async function holdUploads(one: Person): Promise<() => void> {
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await one.page.route('**/files?name=*', async (route) => {
    await held;
    await route.continue();
  });
  return () => go();
}

const chips = (one: Person) => one.page.locator('.composer__files').getByRole('listitem');

test('a picture is picked, sent with words or without, seen by all, and gone with its message', async ({ person, room, request, server }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['귤.png']);
  await expect(chips(ana)).toContainText(['KB']);
  await ana.expectAccessible();
  await ana.say('오늘 산 귤이에요');
  await expect(chips(ana)).toHaveCount(0);
  for (const one of [ana, minsu]) {
    const picture = one.message('오늘 산 귤이에요').getByRole('img', { name: '귤.png' });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
    const box = await picture.boundingBox();
    expect([box!.width, box!.height].map(Math.round)).toEqual([320, 160]);
    await one.expectAccessible();
  }
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['KB']);
  await ana.composer.press('Enter');
  await expect(minsu.page.getByRole('img', { name: '귤.png' })).toHaveCount(2);

  const address = await minsu.message('오늘 산').getByRole('link').last().getAttribute('href');
  expect((await request.get(server.url + address)).status()).toBe(200);
  await ana.message('오늘 산').hover();
  await ana.message('오늘 산').getByRole('button', { name: '지우기' }).click();
  await ana.page.keyboard.press('Enter');
  await expect(minsu.page.getByRole('img', { name: '귤.png' })).toHaveCount(1);
  expect((await request.get(server.url + address)).status()).toBe(404);
});

test('files are pasted and dropped, and others than pictures are saved', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  for (const kind of ['paste', 'drop']) {
    await ana.composer.evaluate((composer, kind) => {
      const data = new DataTransfer();
      data.items.add(new File(['안녕'], `${kind}.txt`));
      const event =
        kind === 'paste'
          ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
      composer.dispatchEvent(event);
    }, kind);
  }
  await expect(chips(ana)).toContainText(['paste.txt', 'drop.txt']);
  await expect(chips(ana).nth(1)).toContainText('KB');
  await chips(ana).first().getByRole('button', { name: '빼기' }).click();
  await expect(chips(ana)).toHaveCount(1);
  await ana.sendButton.click();
  const file = ana.messages.getByRole('link', { name: 'drop.txt' });
  const download = ana.page.waitForEvent('download');
  await file.click();
  expect((await download).suggestedFilename()).toBe('drop.txt');
});

test('what is sent before its files are there waits for them in the talk', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  const go = await holdUploads(ana);
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['%']);
  await ana.say('천천히 올라가요');
  // The composer is free for what comes next, which need not wait.
  await expect(ana.composer).toHaveValue('');
  await expect(chips(ana)).toHaveCount(0);
  await expect(ana.message('천천히 올라가요')).toContainText('다 올라가면 보낼게요');
  await ana.expectAccessible();
  await ana.say('먼저 갈게요');
  await minsu.expectMessage('먼저 갈게요');
  await ana.write('아직 쓰는 말');
  go();
  await expect(minsu.message('천천히 올라가요').getByRole('img', { name: '귤.png' })).toBeVisible();
  await expect(ana.message('천천히 올라가요').getByRole('img', { name: '귤.png' })).toBeVisible();
  await expect(ana.composer).toHaveValue('아직 쓰는 말');
  await minsu.expectConversation(['먼저 갈게요', '천천히 올라가요']);
});

test('what waits for its files can be taken back, whole', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['KB']);
  const go = await holdUploads(ana);
  await field(ana).setInputFiles({ ...tangerines, name: '둘째.png' });
  await ana.say('잠깐만요');
  await ana.message('잠깐만요').getByRole('button', { name: '고치기' }).click();
  await expect(ana.composer).toHaveValue('잠깐만요');
  await expect(chips(ana)).toContainText(['귤.png', '둘째.png']);
  await expect(chips(ana)).toHaveCount(2);
  await ana.composer.press('Enter');
  await ana.message('잠깐만요').getByRole('button', { name: '지우기' }).click();
  await expect(ana.messages).toHaveCount(0);
  go();
  await ana.say('없던 일로 해요');
  await ana.expectMessage('없던 일로 해요');
  await expect(ana.page.getByRole('img', { name: /png/ })).toHaveCount(0);
});

test('a reload loses the files that were on their way, and no word', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await holdUploads(ana);
  await field(ana).setInputFiles(tangerines);
  await ana.say('사진이랑 같이');
  await expect(ana.message('사진이랑 같이')).toContainText('다 올라가면 보낼게요');
  await ana.reload();
  await expect(ana.message('사진이랑 같이')).toContainText('다시 올려 주세요');
  await ana.message('사진이랑 같이').getByRole('button', { name: '고치기' }).click();
  await expect(ana.composer).toHaveValue('사진이랑 같이');
});

test('a file that the server does not take leaves the message to its writer', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  ana.allow(/status of 507/);
  let answer = () => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await ana.page.route('**/files?name=*', async (route) => {
    await asked;
    await route.fulfill({ status: 507, contentType: 'application/problem+json', body: '{"detail":"자리가 없어요."}' });
  });
  await field(ana).setInputFiles(tangerines);
  await ana.say('이 사진 좀 봐요');
  answer();
  await expect(ana.message('이 사진 좀 봐요')).toContainText('보내지 못했어요');
  await expect(ana.message('이 사진 좀 봐요')).toContainText('자리가 없어요.');
  await expect(ana.message('이 사진 좀 봐요')).toHaveClass(/message--failed/);
  await ana.expectAccessible();
  await ana.write('다른 말');
  await ana.message('이 사진 좀 봐요').getByRole('button', { name: '고치기' }).click();
  await expect(ana.composer).toHaveValue('이 사진 좀 봐요\n다른 말');
  await expect(chips(ana)).toContainText(['자리가 없어요.']);
  await chips(ana).getByRole('button', { name: '빼기' }).click();
  await ana.composer.press('Enter');
  // It has a time of its own, and a link, once it is stored.
  await expect(ana.message('이 사진 좀 봐요').getByRole('link', { name: /\d:\d\d/ })).toBeVisible();
});

test('what does not arrive is tried again, and what cannot be sent says why', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  ana.allow(/net::ERR_/);
  await ana.page.route('**/files?name=*', (route) => route.abort(), { times: 1 });
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['올리지 못했어요']);
  await chips(ana).getByRole('button', { name: '다시 보내기' }).click();
  await expect(chips(ana)).toContainText(['KB']);
  await ana.say('이번엔 갔어요');
  await expect(ana.message('이번엔 갔어요').getByRole('img')).toBeVisible();
  // Who sends the message all the same has it tried again with it.
  await ana.page.route('**/files?name=*', (route) => route.abort(), { times: 1 });
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['올리지 못했어요']);
  await ana.say('이것도요');
  await expect(ana.message('이것도요').getByRole('img')).toBeVisible();

  await field(ana).setInputFiles({ name: 'large.bin', mimeType: 'x/y', buffer: Buffer.alloc(1024 * 1024 + 1) });
  await expect(chips(ana)).toContainText(['large.bin파일은 1MB까지 올릴 수 있어요.']);
  await ana.say('같이 못 가요');
  await expect(ana.page.getByText('안 되는 파일을 빼면 보낼 수 있어요')).toBeVisible();
  await expect(ana.sendButton).toHaveAttribute('aria-disabled', 'true');
  await chips(ana).getByRole('button').click();
  await expect(chips(ana)).toHaveCount(0);
  await ana.composer.press('Enter');
  await ana.expectMessage('같이 못 가요');
  await field(ana).setInputFiles(Array.from({ length: 11 }, (_, n) => ({ ...tangerines, name: `${n}.png` })));
  await expect(chips(ana)).toHaveCount(10);
  await expect(ana.page.getByText('파일은 한 번에 10개까지')).toBeVisible();
});

test('what was attached without a connection goes out with it', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.goOffline();
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['올리지 못했어요']);
  await ana.say('다시 이어지면');
  await ana.goOnline();
  await expect(ana.message('다시 이어지면').getByRole('img', { name: '귤.png' })).toBeVisible();
  await expect(ana.composer).toHaveValue('');
});

test('a picture is seen without script', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await field(ana).setInputFiles(tangerines);
  await expect(chips(ana)).toContainText(['KB']);
  await ana.say('보이나요?');
  // It has a time of its own, and a link, once it is stored.
  await expect(ana.message('보이나요?').getByRole('link', { name: /\d:\d\d/ })).toBeVisible();
  const minsu = await person('민수', { javaScriptEnabled: false });
  await minsu.open(room);
  await expect(minsu.message('보이나요?').getByRole('img', { name: '귤.png' })).toBeVisible();
  await expect(minsu.page.getByLabel('사진이나 파일 붙이기')).toBeHidden();
});
