import type { Locator } from '@playwright/test';

/**
 * Scrolls up by steps until a text is on the page and the list is at its top. After every frame
 * it looks whether the row one is reading stands where this scrolling alone would have put it;
 * answers by how much it did not.
 */
export async function scrollUpTo(conversation: Locator, text: string): Promise<number[]> {
  return conversation.evaluate(async (log, text) => {
    const rows = () => [...log.querySelectorAll('[role=article], article')];
    const scrolls = (element: Element) =>
      element.scrollHeight > element.clientHeight && /auto|scroll/.test(getComputedStyle(element).overflowY);
    let list: Element = rows()[0] ?? log;
    while (!scrolls(list) && list.parentElement) list = list.parentElement;

    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const top = (row: Element) => row.getBoundingClientRect().top;
    const middle = () => top(list) + list.clientHeight / 2;
    const jumps: number[] = [];
    const deadline = Date.now() + 40_000;

    while (Date.now() < deadline) {
      list.scrollBy({ top: -list.clientHeight / 3, behavior: 'instant' });
      const reading = rows().find((row) => top(row) >= middle()) ?? rows().at(-1)!;
      const before = top(reading);
      // Long enough for a page that is on its way to arrive, short enough to scroll into it.
      for (let frames = 0; frames < 6; frames++) {
        await frame();
        const moved = Math.round(top(reading) - before);
        if (moved && jumps.at(-1) !== moved) jumps.push(moved);
      }
      const isThere = rows().some((row) => row.textContent?.includes(text));
      // A list that is laid out from its end counts scrollTop from there, below zero.
      const range = list.scrollHeight - list.clientHeight;
      const isReversed = getComputedStyle(list).flexDirection === 'column-reverse';
      const fromTop = list.scrollTop + (isReversed ? range : 0);
      if (isThere && fromTop <= 1) return jumps;
    }
    throw new Error(`${text} was not reached; the first row is: ${rows()[0]?.textContent}`);
  }, text);
}
