import { expect, type Person, test, UNLIMITED } from '../fixtures';

test.use({ settings: UNLIMITED });

type Told = { title: string; body: string; tag: string; silent: boolean };

/** The browser's notifications, written down instead of shown; `permission` is what it answers when asked. */
async function listen(one: Person, permission: 'granted' | 'denied'): Promise<() => Promise<Told[]>> {
  await one.page.addInitScript((answer) => {
    const told: unknown[] = [];
    class Fake extends EventTarget {
      static permission = 'default';
      static requestPermission() {
        Object.assign(globalThis, { asked: true });
        Fake.permission = answer;
        return Promise.resolve(answer);
      }
      onclick: (() => void) | null = null;
      constructor(title: string, options: NotificationOptions) {
        super();
        told.push({ title, body: options.body, tag: options.tag, silent: options.silent });
        Object.assign(globalThis, { lastTold: this });
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Fake, told });
  }, permission);
  return () => one.page.evaluate(() => (globalThis as unknown as { told: Told[] }).told);
}

/** The reader looks at something else. */
async function lookAway(one: Person): Promise<void> {
  await one.page.evaluate(() => {
    document.hasFocus = () => false;
  });
}

async function choose(one: Person, choice: string): Promise<void> {
  await one.page.getByRole('button', { name: '알림' }).click();
  await one.page.getByRole('radio', { name: choice }).check();
  await one.page.keyboard.press('Escape');
}

test('who looks elsewhere is told what they wanted to be told', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  const told = await listen(ana, 'granted');
  await ana.join(room);
  const minsu = await bot('민수', room);
  expect(await ana.page.evaluate(() => 'asked' in globalThis), 'nobody is asked before they choose').toBe(false);

  await choose(ana, '나를 부를 때만');
  await lookAway(ana);
  await minsu.say('그냥 하는 말');
  await minsu.say('@Ana **여기** 봐요');
  await expect.poll(told).toEqual([
    { title: room, body: '민수: @Ana 여기 봐요', tag: expect.stringMatching(/\/2$/), silent: true },
  ]);

  await expect(ana.page.getByRole('button', { name: '알림: 나를 부를 때만' })).toBeVisible();
  await choose(ana, '모든 메시지');
  await expect(ana.page.getByRole('button', { name: '알림: 모든 메시지' })).toBeVisible();
  await minsu.say('이제 다 들려요');
  await expect.poll(async () => (await told()).map(({ body }) => body)).toEqual(['민수: @Ana 여기 봐요', '민수: 이제 다 들려요']);

  await choose(ana, '알리지 않기');
  await minsu.say('@Ana 조용히');
  await ana.expectMessage('조용히');
  await choose(ana, '모든 메시지');
  await minsu.say('다시');
  await expect.poll(async () => (await told()).length).toBe(3);
});

test('a choice is kept for its room, and leads to it', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  const told = await listen(ana, 'granted');
  await ana.join(`${room}-2`);
  await ana.join(room);
  await choose(ana, '모든 메시지');
  await ana.page.getByRole('navigation').getByRole('link', { name: `${room}-2` }).click();
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText(`${room}-2`);
  await ana.page.getByRole('button', { name: '알림' }).click();
  await expect(ana.page.getByRole('radio', { name: '알리지 않기' })).toBeChecked();
  await ana.page.keyboard.press('Escape');

  const minsu = await bot('민수', room);
  await minsu.say('저쪽에서');
  await expect.poll(async () => (await told()).length).toBe(1);
  await ana.page.evaluate(() => (globalThis as unknown as { lastTold: Notification }).lastTold.onclick?.(new Event('click')));
  await expect(ana.page.getByRole('heading', { level: 1 })).toHaveText(room);
  await ana.expectMessage('저쪽에서');
});

test('nobody is told of what another of their tabs shows', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const minsu = await bot('민수', room);
  await choose(ana, '모든 메시지');
  const other = await ana.page.context().newPage();
  await other.addInitScript(() => {
    Object.assign(globalThis, { told: [] });
    class Fake {
      static permission = 'granted';
      constructor(_: string, { body }: NotificationOptions) {
        (globalThis as unknown as { told: string[] }).told.push(body!);
      }
    }
    Object.assign(globalThis, { Notification: Fake });
    document.hasFocus = () => false;
  });
  await other.goto(ana.page.url());
  await expect(other.locator('html')).toHaveAttribute('data-hydrated');
  const toldThere = () => other.evaluate(() => (globalThis as unknown as { told: string[] }).told);
  await ana.page.evaluate(() => {
    document.hasFocus = () => true;
  });
  await ana.page.bringToFront();
  await minsu.say('여기서 보여요');
  await ana.expectMessage('여기서 보여요');
  await lookAway(ana);
  await minsu.say('아무도 안 봐요');
  await expect.poll(toldThere).toEqual(['민수: 아무도 안 봐요']);
});

test('of much that is said at once one is told the last', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  const told = await listen(ana, 'granted');
  await ana.join(room);
  const minsu = await bot('민수', room);
  await choose(ana, '모든 메시지');
  await lookAway(ana);
  await minsu.sayAll(Array.from({ length: 40 }, (_, n) => `${n + 1}번째`));
  await expect.poll(async () => (await told()).at(-1)?.body).toBe('민수: 40번째');
  expect((await told()).length).toBeLessThan(5);
});

test('where the browser says no, the panel says so', async ({ person, room }) => {
  const ana = await person('Ana');
  await listen(ana, 'denied');
  await ana.join(room);
  await ana.page.getByRole('button', { name: '알림' }).click();
  const blocked = ana.page.getByText('브라우저가 알림을 막고 있어요');
  await expect(blocked).toBeHidden();
  await ana.page.getByRole('radio', { name: '모든 메시지' }).check();
  await expect(blocked).toBeVisible();
  await ana.expectAccessible();
});

test('the icon has a dot while something is unread', async ({ person, bot, room }) => {
  const ana = await person('Ana');
  await ana.join(room);
  const icon = ana.page.locator('link[rel=icon]');
  const minsu = await bot('민수', room);
  await lookAway(ana);
  await minsu.say('읽어 줘요');
  await expect(icon).toHaveAttribute('href', '/favicon-unread.svg');
  await expect(ana.page).toHaveTitle(/^\(1\) /);
  await ana.page.evaluate(() => {
    document.hasFocus = () => true;
    globalThis.dispatchEvent(new Event('focus'));
  });
  await expect(icon).toHaveAttribute('href', '/favicon.svg');
});
