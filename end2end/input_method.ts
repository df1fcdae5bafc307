/**
 * Plays an input method to the page, as Korean and Japanese ones do it.
 *
 * Chromium's DevTools can set and commit a composition, but send no key events for it; the
 * keys around it are replayed here as they were recorded from real input methods: while one
 * composes, every key comes as `Process` with key code 229.
 */
import type { CDPSession, Page } from '@playwright/test';

export class InputMethod {
  private constructor(private readonly devtools: CDPSession) {}

  static async of(page: Page): Promise<InputMethod> {
    return new InputMethod(await page.context().newCDPSession(page));
  }

  /** Types a syllable: each step is what the composition shows after one more key. */
  async compose(...steps: string[]): Promise<void> {
    for (const text of steps) {
      await this.processedKey('KeyR', () =>
        this.devtools.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        }),
      );
    }
  }

  /** Ends the composition with this text. */
  async commit(text: string): Promise<void> {
    await this.devtools.send('Input.insertText', { text });
  }

  /** An Enter that the input method takes: it commits the text and keeps the key. */
  async enterToCommit(text: string): Promise<void> {
    await this.processedKey('Enter', () => this.commit(text));
  }

  /** An Enter that commits the text and is then handed on to the page, in the same press. */
  async enterToCommitAndGoOn(text: string): Promise<void> {
    await this.key('rawKeyDown', 'Process', 'Enter', 229);
    await this.commit(text);
    await this.key('keyDown', 'Enter', 'Enter', 13, '\r');
    await this.key('keyUp', 'Enter', 'Enter', 13);
  }

  private async processedKey(code: string, meanwhile: () => Promise<unknown>): Promise<void> {
    await this.key('rawKeyDown', 'Process', code, 229);
    await meanwhile();
    const [key, keyCode] = code === 'Enter' ? ['Enter', 13] : ['r', 82];
    await this.key('keyUp', key, code, keyCode);
  }

  private async key(
    type: 'rawKeyDown' | 'keyDown' | 'keyUp',
    key: string,
    code: string,
    keyCode: number,
    text?: string,
  ): Promise<void> {
    await this.devtools.send('Input.dispatchKeyEvent', {
      type,
      key,
      code,
      text,
      windowsVirtualKeyCode: keyCode,
      nativeVirtualKeyCode: keyCode,
    });
  }
}
