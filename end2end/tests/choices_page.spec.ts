import { expect, roomPath, test } from '../fixtures';

test('without script one reacts to a message, answers it, edits and deletes', async ({ person, room }) => {
  const minsu = await person('민수', { language: 'en' });
  await minsu.join(room);
  await minsu.say('Tea?');
  await minsu.expectMessage('Tea?');
  await expect(minsu.page.locator('.message--pending')).toHaveCount(0);
  // The page is of forms for whoever comes there.
  await minsu.page.goto(`${roomPath(room)}/1/choices`);
  await minsu.expectAccessible();
  await minsu.page.getByRole('link', { name: 'Back to the room' }).click();
  await minsu.expectMessage('Tea?');
  const ana = await person('Ana', { javaScriptEnabled: false, language: 'en' });
  await ana.open(room);
  await ana.nameField.fill('Ana');
  await ana.joinButton.click();
  const choices = (text: string) => ana.message(text).getByRole('link', { name: 'What to do with this message' });

  await choices('Tea?').click();
  await ana.page.getByRole('button', { name: '🎉' }).click();
  await expect(minsu.message('Tea?').getByRole('button', { name: /🎉/ })).toBeVisible();
  await expect(ana.message('Tea?')).toContainText('🎉');

  await choices('Tea?').click();
  await ana.page.getByRole('textbox', { name: 'Reply' }).fill('Yes, pleese');
  await ana.page.getByRole('button', { name: 'Send' }).click();
  await expect(minsu.message('Yes, pleese')).toContainText('Tea?');

  await choices('Yes, pleese').click();
  await ana.page.getByRole('textbox', { name: 'Edit' }).fill('Yes, please');
  await ana.page.getByRole('button', { name: 'Save' }).click();
  await minsu.expectMessage('Yes, please');
  await ana.expectMessage('Yes, please');

  await choices('Yes, please').click();
  await ana.page.getByText('Delete', { exact: true }).first().click();
  await ana.page.getByRole('button', { name: 'Delete' }).click();
  await expect(minsu.message('Yes, please')).toHaveCount(0);
  await expect(ana.message('Yes, please')).toHaveCount(0);
  await expect(ana.page.getByText('This message was deleted')).toBeVisible();
});
