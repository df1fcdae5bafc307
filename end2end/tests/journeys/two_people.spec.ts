import { expect, test } from '../../fixtures';

test('two people meet, talk both ways, and one goes', async ({ person, room }) => {
  const ana = await person('Ana', { language: 'en' });
  const minsu = await person('민수');
  await ana.join(room);
  await minsu.join(room);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);

  await ana.say('Hello, Minsu!');
  await minsu.expectMessage('Hello, Minsu!');
  await minsu.say('안녕, Ana!');
  await ana.expectMessage('안녕, Ana!');
  for (const one of [ana, minsu]) {
    await one.expectConversation(['Hello, Minsu!', '안녕, Ana!']);
    await expect(one.message('안녕, Ana!')).toContainText('민수');
  }

  await minsu.leave();
  await expect(ana.users).toHaveText([/Ana/]);
  await ana.say('Bye');
  await ana.expectMessage('Bye');
});

test('someone who comes later reads what was said', async ({ person, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  await ana.say('먼저 온 사람의 말');
  await ana.expectMessage('먼저 온 사람의 말');
  const minsu = await person('민수');
  await minsu.open(room);
  await minsu.expectMessage('먼저 온 사람의 말');
});

test('a reload in the middle of writing keeps the name, the talk and the draft', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(room);
  await minsu.say('뭐 해?');
  await ana.expectMessage('뭐 해?');
  await ana.write('지금 쓰고');

  // Everyone else sees no one come or go: the list never holds fewer than both.
  const list = minsu.userList;
  await list.evaluate((list) => {
    const shorter = () => list.querySelectorAll('li').length < 2 && list.setAttribute('data-flickered', '');
    new MutationObserver(shorter).observe(list, { childList: true, subtree: true });
  });
  await ana.reload();
  await expect(ana.composer).toHaveValue('지금 쓰고');
  await ana.composer.press('End');
  await ana.composer.pressSequentially(' 있었어');
  await ana.composer.press('Enter');
  await minsu.expectMessage('지금 쓰고 있었어');
  await ana.expectConversation(['뭐 해?', '지금 쓰고 있었어']);
  await expect(ana.users).toHaveText([/Ana/, /민수/]);
  await expect(list).not.toHaveAttribute('data-flickered');
});

test('people in different rooms do not hear each other', async ({ person, room }) => {
  const [ana, minsu] = [await person('Ana'), await person('민수')];
  await ana.join(room);
  await minsu.join(`${room}-옆방`);
  await ana.say('여기는 조용해');
  await ana.expectMessage('여기는 조용해');
  await minsu.say('여기도');
  await minsu.expectMessage('여기도');
  await expect(minsu.messages).toHaveCount(1);
  await expect(minsu.users).toHaveText([/민수/]);
});
