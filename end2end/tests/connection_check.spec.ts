import type { Locator } from '@playwright/test';
import { BROKEN_LINK, expect, test } from '../fixtures';

const row = (check: Locator, term: string) => check.locator('dl > div').filter({ hasText: term });

for (const language of ['ko', 'en'] as const) {
  test(`one can see what comes through (${language})`, async ({ person, room }) => {
    const ana = await person('Ana', { language });
    await ana.join(room);
    await ana.page.getByRole('button', { name: ana.words.connectionCheck }).click();
    const check = ana.page.getByRole('dialog', { name: ana.words.connectionCheck });
    await expect(row(check, ana.words.linkedBy)).toContainText(ana.words.websocket);
    for (const way of [ana.words.websocketEcho, ana.words.request]) await expect(row(check, way)).toContainText(/\d ms$/);
    await ana.expectAccessible();
    await ana.page.keyboard.press('Escape');
    await expect(check).toBeHidden();
  });
}

test('behind a proxy that refuses WebSockets one sees that it does', async ({ person, gateway, room }) => {
  const { url: home } = await gateway('refuse');
  const ana = await person('Ana', { home });
  ana.allow(BROKEN_LINK);
  await ana.join(room);
  await ana.detour.click();
  const check = ana.page.getByRole('dialog', { name: ana.words.connectionCheck });
  await expect(row(check, ana.words.websocketEcho)).toContainText(ana.words.blocked);
  await expect(row(check, ana.words.request)).toContainText(/\d ms$/);
});
