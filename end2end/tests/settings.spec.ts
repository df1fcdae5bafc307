import { expect, test } from '../fixtures';

for (const javaScriptEnabled of [true, false])
  test(`who opens a room keeps it, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ person, room, bot }) => {
    const ana = await person('Ana', { javaScriptEnabled, permissions: ['clipboard-read', 'clipboard-write'] });
    await ana.open(room);
    await ana.nameField.fill('Ana');
    await ana.joinButton.click();
    await expect(ana.composer).toBeVisible();
    await ana.page.getByRole('button', { name: '초대하기' }).click();
    await ana.page.getByRole('link', { name: '방 설정' }).click();
    if (javaScriptEnabled) await ana.expectAccessible();
    await ana.page.getByRole('textbox', { name: '환영 인사' }).fill('반가워요!\n편하게 이야기하세요.');
    await ana.page.getByRole('checkbox', { name: '첫 화면에 이 방을 보여 주기' }).check();
    await ana.page.getByRole('button', { name: '저장하기' }).click();
    await expect(ana.page.getByRole('status')).toContainText('저장했어요');

    const minsu = await person('민수', { javaScriptEnabled });
    await minsu.page.goto('/');
    const listed = minsu.page.getByRole('list', { name: '열려 있는 방' }).getByRole('link', { name: room });
    await listed.click();
    await expect(minsu.page.getByText('편하게 이야기하세요.')).toBeVisible();
    await minsu.nameField.fill('민수');
    await minsu.joinButton.click();
    await expect(minsu.composer).toBeVisible();
    await expect(minsu.conversation.getByText('편하게 이야기하세요.')).toBeVisible();

    // Someone else only reads how the room is kept, until they get the owner link.
    await minsu.page.getByRole('button', { name: '초대하기' }).click();
    await minsu.page.getByRole('link', { name: '방 설정' }).click();
    await expect(minsu.page.getByRole('textbox')).toHaveCount(0);
    await ana.page.getByRole('button', { name: '새 링크 만들기' }).click();
    const link = await ana.page.getByRole('textbox', { name: '방지기 링크' }).inputValue();
    if (javaScriptEnabled) {
      await ana.page.getByRole('button', { name: '링크 복사' }).click();
      await expect(ana.page.getByRole('button', { name: '링크를 복사했어요' })).toBeVisible();
      expect(await ana.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    } else {
      await expect(ana.page.getByRole('button', { name: '링크 복사' })).toBeHidden();
    }
    await minsu.page.goto(link);
    await minsu.page.getByRole('button', { name: '방지기 되기' }).click();
    await expect(minsu.page.getByRole('textbox', { name: '환영 인사' })).toHaveValue('반가워요!\n편하게 이야기하세요.');

    await (await bot('보라', room)).say('가져갈 말');
    const download = minsu.page.waitForEvent('download');
    await minsu.page.getByRole('link', { name: 'HTML' }).click();
    const stream = await (await download).createReadStream();
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toContain('가져갈 말');
  });

test('who becomes an owner is one in every tab', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await ana.say('광고예요');
  const said = minsu.message('광고예요');
  await said.hover();
  await expect(said.getByRole('button', { name: '답장' })).toBeVisible();
  const remove = said.getByRole('button', { name: '지우기' });
  await expect(remove).toHaveCount(0);
  const path = new URL(ana.page.url()).pathname;
  await ana.page.goto(`${path}/settings`);
  await ana.page.getByRole('button', { name: '새 링크 만들기' }).click();
  const link = await ana.page.getByRole('textbox', { name: '방지기 링크' }).inputValue();
  const tab = await minsu.page.context().newPage();
  await tab.goto(link);
  await tab.getByRole('button', { name: '방지기 되기' }).click();
  await expect(tab.getByRole('textbox', { name: '환영 인사' })).toBeVisible();
  await tab.goto(path);
  await expect(remove).toBeVisible();
});

test('what the one who keeps the room says of it reaches everyone who is there', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  const bora = await person('보라');
  await bora.open(room);
  await ana.page.goto(`${new URL(ana.page.url()).pathname}/settings`);
  const say = async (welcome: string) => {
    await ana.page.getByRole('textbox', { name: '환영 인사' }).fill(welcome);
    await ana.page.getByRole('button', { name: '저장하기' }).click();
    await expect(ana.page.getByRole('status')).toContainText('저장했어요');
  };
  await say('오늘은 세 시에 모여요');
  const welcome = minsu.conversation.getByText('오늘은 세 시에 모여요');
  await expect(welcome).toBeVisible();
  await expect(bora.page.locator('form').getByText('오늘은 세 시에 모여요')).toBeVisible();
  // Who is away meanwhile finds it as it is.
  await minsu.goOffline();
  await say('');
  await minsu.goOnline();
  await expect(welcome).toBeHidden();
});
