/** Someone at a browser of their own, and what they can do and see in a room. */
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';
import { type Language, type Words, words } from './words';

/** What Chromium itself reports when a link breaks; allow it where a test breaks one. */
export const BROKEN_LINK = /WebSocket connection to|net::ERR_/;

export class Person {
  readonly words: Words;
  /** What the browser complained about: errors, warnings, refused content, foreign hosts. */
  private readonly complaints: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(
    readonly name: string,
    readonly page: Page,
    language: Language,
    private readonly home: string,
    private readonly hasScript: boolean,
  ) {
    this.words = words[language];
    this.listen(page.context());
  }

  // ---- what one does

  async open(room: string): Promise<void> {
    await this.page.goto(roomPath(room));
    if (this.hasScript) await this.expectLive();
  }

  async join(room: string): Promise<void> {
    await this.open(room);
    await this.enter();
  }

  /** Fills in the name on the page that is open, and goes in. */
  async enter(name = this.name): Promise<void> {
    await this.nameField.fill(name);
    await this.joinButton.click();
    await this.expectInside();
  }

  async say(text: string): Promise<void> {
    await this.write(text);
    await this.composer.press('Enter');
  }

  /** Puts text into the composer and leaves it there. */
  async write(text: string): Promise<void> {
    await this.expectLive();
    await this.composer.fill(text);
  }

  /** Presses one of the tools of a message. */
  async press(text: string, tool: string | RegExp): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: tool }).click();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.expectInside();
  }

  /** The same page once more, in a tab beside it. */
  async anotherTab(): Promise<Page> {
    const tab = await this.page.context().newPage();
    await tab.goto(this.page.url());
    await expect(tab.locator('html')).toHaveAttribute('data-hydrated');
    return tab;
  }

  async leave(): Promise<void> {
    await this.page.getByRole('button', { name: this.words.leave, exact: true }).click();
    await expect(this.composer).toBeHidden();
  }

  /** Looks at another tab, or another window. */
  async lookAway(): Promise<void> {
    await this.turn(true);
  }

  async lookBack(): Promise<void> {
    await this.turn(false);
  }

  async goOffline(): Promise<void> {
    this.allow(BROKEN_LINK);
    await this.page.context().setOffline(true);
  }

  async goOnline(): Promise<void> {
    await this.page.context().setOffline(false);
  }

  // ---- what one finds on the page

  get nameField(): Locator {
    return this.page.getByRole('textbox', { name: this.words.name, exact: true });
  }
  get roomField(): Locator {
    return this.page.getByRole('textbox', { name: this.words.room, exact: true });
  }
  get joinButton(): Locator {
    return this.page.getByRole('button', { name: this.words.join, exact: true });
  }
  get composer(): Locator {
    return this.page.getByRole('textbox', { name: this.words.message, exact: true });
  }
  get sendButton(): Locator {
    return this.page.getByRole('button', { name: this.words.send, exact: true });
  }
  get conversation(): Locator {
    return this.page.getByRole('log', { name: this.words.conversation });
  }
  get messages(): Locator {
    return this.conversation.getByRole('article');
  }
  message(text: string): Locator {
    return this.messages.filter({ hasText: text });
  }
  get userList(): Locator {
    return this.page.getByRole('list', { name: this.words.users, exact: true });
  }
  get users(): Locator {
    return this.userList.getByRole('listitem');
  }
  user(name: string): Locator {
    return this.users.filter({ hasText: name });
  }
  /** What says that long polling had to step in. */
  get detour(): Locator {
    return this.page.getByRole('button', { name: this.words.byLongPoll });
  }
  /** The bar that speaks of the connection. */
  get status(): Locator {
    return this.page.getByRole('status');
  }

  // ---- what one expects

  async expectInside(): Promise<void> {
    await expect(this.composer).toBeVisible();
    await expect(this.nameField).toBeHidden();
    await this.expectLive();
  }

  /** The page answers by script. Before that Enter breaks the line, as in any text area. */
  async expectLive(): Promise<void> {
    await expect(this.page.locator('html')).toHaveAttribute('data-hydrated');
  }

  /** Sees it, and sees it once. */
  async expectMessage(text: string): Promise<void> {
    await expect(this.message(text)).toHaveCount(1);
    await expect(this.message(text)).toBeVisible();
  }

  /** Sees exactly these, in this order. */
  async expectConversation(texts: string[]): Promise<void> {
    await expect(this.messages).toContainText(texts);
  }

  async expectAccessible(): Promise<void> {
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(rules).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    expect(found, 'barriers found by axe').toEqual([]);
  }

  // ---- what the browser may complain about

  /** From here on complaints like this one belong to the test. */
  allow(complaint: RegExp): void {
    this.allowed.push(complaint);
  }

  expectNoComplaints(): void {
    const complaints = this.complaints.filter((text) => !this.allowed.some((pattern) => pattern.test(text)));
    expect.soft(complaints, `what ${this.name}'s browser complained about`).toEqual([]);
  }

  /** As Chromium does, which never hides a page that is driven. */
  private async turn(hidden: boolean): Promise<void> {
    await this.page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, hidden);
  }

  private listen(context: BrowserContext): void {
    // A violated content security policy is an error in the console, too.
    context.on('console', (message) => {
      // Of the tests' own making: workers are blocked, and pages are left before their link is there.
      const isOurs = /registration blocked by Playwright|closed before the connection is established/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isOurs)
        this.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.complaints.push(`exception: ${error.error().stack}`));
    context.on('request', (request) => {
      if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== this.home)
        this.complaints.push(`foreign host: ${request.url()}`);
    });
  }
}

export function roomPath(room: string): string {
  return `/rooms/${encodeURIComponent(room)}`;
}
