import { expect, test } from '../fixtures';

for (const javaScriptEnabled of [true, false])
  test(`more fits into less space, ${javaScriptEnabled ? 'with' : 'without'} script`, async ({ person, bot, room }) => {
    const minsu = await bot('민수', room);
    const bora = await bot('보라', room);
    for (let n = 0; n < 4; n++) {
      await minsu.say('안녕하세요');
      await bora.say('반가워요');
    }
    const ana = await person('Ana', { javaScriptEnabled });
    await ana.open(room);
    const height = async () => (await ana.messages.nth(1).boundingBox())!.y - (await ana.messages.nth(0).boundingBox())!.y;
    const calm = await height();
    await ana.page.getByRole('button', { name: '촘촘하게' }).click();
    await expect(ana.page.locator('html')).toHaveAttribute('data-density', 'compact');
    expect(await height()).toBeLessThan(calm);
    await ana.page.reload();
    await expect(ana.page.getByRole('button', { name: '촘촘하게' })).toHaveAttribute('aria-pressed', 'true');
    await ana.page.getByRole('button', { name: '촘촘하게' }).click();
    await expect(ana.page.locator('html')).not.toHaveAttribute('data-density');
    expect(await height()).toBe(calm);
  });

test('what the keyboard can do is listed on a question mark, but not while one writes', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const list = ana.page.getByRole('dialog', { name: '단축키' });
  await ana.composer.press('?');
  await expect(ana.composer).toHaveValue('?');
  await expect(list).toBeHidden();
  await ana.page.locator('#log').focus();
  await ana.page.keyboard.press('?');
  await expect(list).toBeVisible();
  await expect(list).toContainText('Shift Enter');
  await ana.expectAccessible();
  await ana.page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await ana.page.getByRole('button', { name: '단축키' }).click();
  await expect(list).toBeVisible();
});

test('colours change where one is, and stay so', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('하나');
  await ana.expectMessage('하나');
  await ana.message('하나').hover();
  await ana.message('하나').getByRole('button', { name: '답장' }).click();
  await expect(ana.page.getByText('Ana님에게 답장하고 있어요')).toBeVisible();
  const dark = ana.page.getByRole('button', { name: '어둡게' });
  await dark.click();
  await expect(ana.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(dark).toHaveAttribute('aria-pressed', 'true');
  await expect(ana.page.getByText('Ana님에게 답장하고 있어요')).toBeVisible();
  await ana.reload();
  await expect(ana.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await ana.page.getByRole('button', { name: '기기에 맞춤' }).click();
  await expect(ana.page.locator('html')).not.toHaveAttribute('data-theme');
  await ana.reload();
  await expect(ana.page.locator('html')).not.toHaveAttribute('data-theme');
});
