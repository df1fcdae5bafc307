/**
 * Pictures of every state, in every width, theme and language: `make sheets`, then look at
 * end2end/sheets. They are for people's eyes; nothing is compared.
 */
import { BROKEN_LINK, expect, type Person, roomPath, test } from '../fixtures';
import { png } from '../png';

const widths = { phone: 360, tablet: 768, desktop: 1280 };
const talk = {
  ko: ['사랑방에 오신 걸 환영해요 🙌', '회의는 몇 시예요?', '세 시요. 링크만 보내 주면 돼요.\n이름만 적으면 들어올 수 있어요.', '👍'],
  en: ['Welcome to the room 🙌', 'When do we meet?', 'At three. Just send the link.\nA name is all one needs.', '👍'],
};
const formatted = {
  ko: '**중요!** 내일 *세 시*에 @민수 님과 ~~네 시~~ 만나요.\n> 링크만 보내 주세요\n- [길 안내](https://example.org/map)\n- `make run` 한 줄이면 돼요\n```\nmake run\n```',
  en: '**Important!** We meet at *three*, ~~four~~, with @Ana.\n> Just send the link\n- [The way](https://example.org/map)\n- `make run` does it\n```\nmake run\n```',
};
const long = `https://example.org/${'a-very-long-path/'.repeat(12)}`;

for (const language of ['ko', 'en'] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [device, width] of Object.entries(widths))
      test(`${device}, ${colorScheme}, ${language}`, async ({ person, bot, room, server }) => {
        const height = { phone: 740, tablet: 1024, desktop: 800 }[device]!;
        const touch = device !== 'desktop';
        const look = { language, colorScheme, viewport: { width, height }, hasTouch: touch, isMobile: touch };
        const picture = (one: Person, state: string) =>
          one.page.screenshot({ path: `sheets/${state}-${width}-${colorScheme}-${language}.png`, animations: 'disabled' });

        const ana = await person('Ana', look);
        ana.allow(BROKEN_LINK);
        await ana.page.goto('/');
        await picture(ana, '01-front');
        await ana.open(room);
        await picture(ana, '02-join');

        const minsu = await bot('민수', room);
        await ana.nameField.fill('민수');
        await ana.joinButton.click();
        await expect(ana.page.getByRole('alert')).toBeVisible();
        await picture(ana, '03-name-taken');

        await ana.enter();
        await picture(ana, '04-empty-room');

        await bot('Grace Hopper', room);
        for (const text of [...talk[language], long]) await minsu.say(text);
        await ana.expectMessage(long);
        await ana.composer.fill('…');
        await ana.sendButton.click();
        await expect(ana.composer).toHaveValue('');
        await ana.composer.fill(talk[language][1]!);
        await picture(ana, '05-talk');

        const tool = async (text: string, act: string) => {
          const row = ana.messages.filter({ hasText: text }).last();
          await row.focus();
          await row.locator(`[data-act=${act}]`).click();
        };
        await ana.composer.fill('');
        await tool(talk[language][1]!, 'reply');
        await ana.composer.fill(talk[language][2]!.split('\n')[0]!);
        await picture(ana, '11-replying');
        await ana.sendButton.click();
        await expect(ana.messages.last()).toContainText(talk[language][2]!.split('\n')[0]!);
        await tool(talk[language][2]!.split('\n')[0]!, 'edit');
        await ana.composer.fill(`${talk[language][2]!.split('\n')[0]!} 👌`);
        await picture(ana, '12-editing');
        await ana.sendButton.click();
        await ana.expectMessage('👌');
        await tool(talk[language][1]!, 'react');
        await picture(ana, '15-palette');
        await ana.page.locator('[data-emoji="🎉"]').click();
        await expect(ana.page.locator('.reaction')).toHaveText('🎉 1');
        await tool('…', 'delete');
        await picture(ana, '13-sure');
        await ana.page.keyboard.press('Enter');
        await ana.messages.last().focus();
        await picture(ana, '14-tombstone-and-tools');

        await minsu.say(formatted[language]);
        await minsu.say(Array.from({ length: 24 }, (_, i) => `${talk[language][0]} ${i + 1}`).join('\n'));
        await ana.composer.fill('@');
        await expect(ana.page.getByRole('option').first()).toBeVisible();
        await picture(ana, '16-formatted-and-naming');
        await ana.composer.fill('');
        await ana.page.locator('button[popovertarget=share]').first().click();
        await expect.poll(() => ana.page.locator('.share img').evaluate((it: HTMLImageElement) => it.naturalWidth)).toBeGreaterThan(0);
        await picture(ana, '17-share');
        await ana.page.keyboard.press('Escape');

        const picked = [
          { name: 'tangerines.png', mimeType: 'image/png', buffer: png(1200, 700) },
          { name: `${talk[language][1]}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x'.repeat(5000)) },
        ];
        await ana.page.locator('#composer-files').setInputFiles(picked);
        await expect(ana.page.locator('.composer__files')).toContainText('5 KB');
        await ana.composer.fill(talk[language][3]!);
        await ana.sendButton.click();
        await expect(ana.page.locator('.message__picture img').last()).toBeVisible();
        await ana.page.locator('#composer-files').setInputFiles(picked);
        await expect(ana.page.locator('.composer__files')).toContainText('5 KB');
        await picture(ana, '20-files');
        for (const _ of picked) await ana.page.locator('[data-act=detach]').first().click();
        await ana.page.locator('button[popovertarget=bell]').first().click();
        await picture(ana, '21-bell');
        await ana.page.keyboard.press('Escape');
        await ana.page.evaluate(() => document.getElementById('keys')!.showPopover());
        await picture(ana, '22-keys');
        await ana.page.keyboard.press('Escape');

        await ana.composer.fill('가'.repeat(4010));
        await picture(ana, '06-too-long');
        await ana.composer.fill('');

        await minsu.sayAll(Array.from({ length: 20 }, (_, i) => `${i + 1} · ${talk[language][2]}`));
        await ana.expectMessage('20 · ');
        await ana.messages.first().scrollIntoViewIfNeeded();
        await minsu.say(talk[language][3]!);
        await expect(ana.page.getByRole('button', { name: ana.words.newMessages })).toBeVisible();
        await picture(ana, '07-reading-above');

        await ana.page.evaluate(() => document.getElementById('connection-check')!.showPopover());
        await expect(ana.page.getByRole('dialog')).toContainText(/\d ms/);
        await picture(ana, '10-connection-check');
        await ana.page.keyboard.press('Escape');

        await server.kill();
        await expect(ana.page.getByText(ana.words.reconnecting)).toBeVisible();
        await ana.composer.fill(talk[language][2]!);
        await ana.sendButton.click();
        await expect(ana.page.getByText(ana.words.waiting)).toBeVisible();
        await picture(ana, '08-reconnecting');
        await server.start();
        await expect(ana.page.getByText(ana.words.waiting)).toBeHidden();

        const reader = await person('Reader', { ...look, javaScriptEnabled: false });
        await reader.open(room);
        await picture(reader, '09-no-script');
        await reader.page.goto(`${roomPath(room)}/settings`);
        await picture(reader, '23-settings-of-others');
        await ana.page.goto(`${roomPath(room)}-2`);
        await ana.nameField.fill('Ana');
        await ana.joinButton.click();
        await expect(ana.composer).toBeVisible();
        await ana.page.goto(`${roomPath(room)}-2/settings`);
        await ana.page.locator('textarea').fill(talk[language][2]!);
        await ana.page.getByRole('checkbox').check();
        await ana.page.locator('button').first().click();
        await picture(ana, '24-settings');
        await reader.page.goto('/');
        await picture(reader, '25-front-with-rooms');
        await reader.page.goto(`${roomPath(room)}-2`);
        await picture(reader, '26-welcome');
        await reader.page.goto(`${roomPath(room)}/search`);
        await picture(reader, '18-search');
        await reader.page.goto(`${roomPath(room)}/search?q=${encodeURIComponent(talk[language][2]!.slice(0, 3))}`);
        await picture(reader, '19-found');
      });
