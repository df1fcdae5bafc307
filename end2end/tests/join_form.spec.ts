import { expect, roomPath, test } from '../fixtures';

test('a link asks for a name and nothing else', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.open(room);
  await expect(ana.nameField).toBeVisible();
  await expect(ana.roomField).toHaveCount(0);
  await expect(ana.page.getByRole('textbox')).toHaveCount(1);
  await ana.enter();
  await expect(ana.user('Ana')).toBeVisible();
});

test('the front page asks for a name and a room, and leads to it', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.page.goto('/');
  await ana.roomField.fill(room);
  await ana.enter();
  await expect(ana.page).toHaveURL(roomPath(room));
});

test('a taken name comes with another that one tap takes', async ({ person, bot, room }) => {
  await bot('민수', room);
  const minsu = await person('민수');
  await minsu.open(room);
  await minsu.nameField.fill('민수');
  await minsu.joinButton.click();
  await expect(minsu.page.getByRole('alert')).toBeVisible();
  await expect(minsu.nameField).toHaveValue('민수');
  await minsu.page.getByRole('button', { name: '민수 2' }).click();
  await minsu.expectInside();
  await expect(minsu.user('민수 2')).toBeVisible();
});

test('a name that only looks different is taken too', async ({ person, bot, room }) => {
  await bot('Ana', room);
  const other = await person('Аna'); // with a Cyrillic А
  await other.open(room);
  await other.nameField.fill(other.name);
  await other.joinButton.click();
  await expect(other.page.getByRole('alert')).toBeVisible();
  await expect(other.composer).toBeHidden();
});

const refusedNames = { reserved: '관리자', 'reserved in English': 'Admin', invisible: '\u200b', long: '가'.repeat(33) };
for (const [kind, refused] of Object.entries(refusedNames)) {
  test(`a name that is ${kind} is refused beside the field and stays in it`, async ({ person, room }) => {
    const ana = await person('Ana');
    await ana.open(room);
    await ana.nameField.fill(refused);
    await ana.joinButton.click();
    await expect(ana.page.getByRole('alert')).toBeVisible();
    await expect(ana.nameField).toHaveAttribute('aria-invalid', 'true');
    await expect(ana.nameField).toHaveValue(refused);
    await ana.enter();
  });
}

test('?name= fills the field and joins nobody', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.page.goto(`${roomPath(room)}?name=Ana`);
  await expect(ana.nameField).toHaveValue('Ana');
  await expect(ana.composer).toBeHidden();
});

test('the next room knows the name', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.open(`${room}-2`);
  await expect(ana.nameField).toHaveValue('Ana');
});

test('the first page leads back to where one was', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.page.goto('/');
  await expect(ana.roomField).toHaveValue(room);
  await (await bot('민수', room)).say('어디 갔어요?');
  const own = ana.page.getByRole('list', { name: '내 방' });
  await expect(async () => {
    await ana.page.reload();
    await expect(own.getByRole('link', { name: room })).toContainText('읽지 않은 메시지 1개');
  }).toPass();
  await own.getByRole('link', { name: room }).click();
  await ana.expectInside();
});

test('a room that is written differently is the same room', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.open(`  ${room.toUpperCase()} `);
  await expect(ana.page).toHaveURL(roomPath(room));
});

for (const language of ['ko', 'en'] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`everyone can use the form (${language}, ${colorScheme})`, async ({ person, room }) => {
      const ana = await person('Ana', { language, colorScheme });
      await ana.open(room);
      await expect(ana.page.locator('html')).toHaveAttribute('lang', language);
      await expect(ana.joinButton).toBeVisible();
      await ana.expectAccessible();
    });
  }
}

for (const javaScriptEnabled of [true, false])
  test(`a room is called as its link writes it, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ person, room }) => {
    const [ana, title] = [await person('Ana', { javaScriptEnabled }), `Our ${room}`];
    await ana.open(title);
    const heading = ana.page.getByRole('heading', { name: title, exact: true });
    await expect(heading).toBeVisible();
    await ana.nameField.fill('Ana');
    await ana.joinButton.click();
    await expect(ana.composer).toBeVisible();
    await expect(heading).toBeVisible();
    const minsu = await person('민수');
    await minsu.open(title.toLowerCase());
    await expect(minsu.page.getByRole('heading', { name: title, exact: true })).toBeVisible();
  });
