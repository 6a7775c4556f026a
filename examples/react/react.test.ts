// The application in two browsers, while servers and networks fail: nothing is lost, and nothing is shown twice.
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, openStand, type Stand, type Visitor } from './stand.ts';

const missing = [
  ...(existsSync(chromiumPath) ? [] : ['Chromium']),
  ...(existsSync(new URL('node_modules/vite', import.meta.url)) ? [] : ['npm --prefix examples/react ci']),
];
const isSkipped = missing.length > 0 && process.env.WIREPACT_REQUIRE_ALL !== '1';

const timeout = 60_000;

describe.skipIf(isSkipped)(isSkipped ? `needs ${missing.join(', ')}` : 'in two browsers', { timeout }, () => {
  let stand: Stand;
  let alice: Visitor;
  let bob: Visitor;

  beforeAll(async () => {
    expect(missing).toEqual([]);
    stand = await openStand();
    [alice, bob] = await Promise.all([stand.visit('1'), stand.visit('2')]);
    for (const { page } of [alice, bob]) page.setDefaultTimeout(timeout);
  }, 2 * timeout);

  afterAll(async () => await stand?.close());

  const both = <T>(work: (page: Page) => Promise<T>): Promise<T[]> =>
    Promise.all([alice, bob].map(({ page }) => work(page)));

  const enter = (room: string) => both((page) => page.getByRole('link', { name: room }).click());

  const ready = (page: Page) => page.locator('.dot[data-status=connected]').waitFor();

  async function say({ page }: Visitor, ...texts: string[]): Promise<void> {
    for (const text of texts) {
      await page.getByLabel('Message').fill(text);
      await page.getByLabel('Message').press('Enter');
    }
  }

  const said = (page: Page) => page.locator('.bubble').allTextContents();

  /** Both show the same lines in the same order, all of them settled; those of each author as they were written. */
  async function bothShow(...expected: string[]): Promise<void> {
    await both((page) =>
      page
        .locator('.bubble')
        .nth(expected.length - 1)
        .waitFor(),
    );
    await both((page) => page.locator('.line:not([data-state=sent])').first().waitFor({ state: 'detached' }));
    const [mine, theirs] = await both(said);
    expect(mine).toEqual(theirs);
    expect([...mine!].sort()).toEqual([...expected].sort());
    expect(mine!.filter((text) => text.startsWith('a'))).toEqual(expected.filter((text) => text.startsWith('a')));
    expect(mine!.filter((text) => text.startsWith('b'))).toEqual(expected.filter((text) => text.startsWith('b')));
  }

  const all: string[] = [];
  const expecting = (...texts: string[]) => {
    all.push(...texts);
    return bothShow(...all);
  };

  /** What people do who do not want to wait, unless the connection is there before they can. */
  const comeBack = async (page: Page) => {
    const isReady = ready(page);
    const click = page.getByRole('button', { name: 'Try now' }).click({ timeout: 5000 });
    await Promise.race([isReady, click.catch(() => {})]);
    await isReady;
  };

  test('StrictMode opens one socket for each connection', async () => {
    await both(ready);
    // The chat and the feed of events.
    expect([alice.line.attempts, bob.line.attempts]).toEqual([2, 2]);
  });

  test('the chat: typing, copies that settle, receipts', async () => {
    await alice.page.getByLabel('Message').pressSequentially('a');
    await bob.page.getByText('alice is typing').waitFor();
    await say(alice, 'a1');
    await say(bob, 'b1');
    await expecting('a1', 'b1');
    await bob.page.getByText('read by alice').waitFor();
    await bob.page.getByText('alice is typing').waitFor({ state: 'detached' });
  });

  test('the server is killed and started again', async () => {
    await stand.kill();
    await both((page) => page.locator('.banner').waitFor());
    await say(alice, 'a2', 'a3');
    await say(bob, 'b2');
    expect(await alice.page.locator('.line[data-state=waiting]').count()).toBe(2);
    await stand.restart();
    await both(comeBack);
    await expecting('a2', 'a3', 'b2');
    await both((page) => page.locator('.banner').waitFor({ state: 'detached' }));
  });

  test('the network is cut in the middle of a message, and stays away for a while', async () => {
    alice.line.cutMidFrame('to-server', { matches: (text) => text.includes('"a4"') });
    await say(alice, 'a4');
    alice.line.refuse('reset', 2);
    await say(bob, 'b3', 'b4');
    await say(alice, 'a5');
    await comeBack(alice.page);
    await expecting('a4', 'b3', 'b4', 'a5');
  });

  test('an answer is lost with its connection, and the message sent again is not doubled', async () => {
    bob.line.suppress('to-client', { matches: (text) => text.includes('"b5"') });
    await say(bob, 'b5');
    await alice.page.getByText('b5', { exact: true }).waitFor();
    bob.line.cut();
    await comeBack(bob.page);
    await expecting('b5');
  });

  test('the browser goes offline: the open connection falls silent', async () => {
    await alice.page.context().setOffline(true);
    // The line falls silent as well, since the switch may leave open connections alone.
    alice.line.halfOpen();
    await say(bob, 'b6');
    await say(alice, 'a6');
    await alice.page.locator('.dot[data-status=reconnecting]').waitFor();
    await say(alice, 'a7');
    await say(bob, 'b7');
    await alice.page.context().setOffline(false);
    await expecting('b6', 'a6', 'a7', 'b7');
  });

  test('a tab in the background takes everything in, and tells how much', async () => {
    await alice.page.evaluate(setHidden, true);
    const texts = Array.from({ length: 20 }, (_, index) => `b-${index}`);
    await say(bob, ...texts);
    await alice.page.waitForFunction((title) => document.title === title, '(20) Lantern');
    await alice.page.evaluate(setHidden, false);
    await expecting(...texts);
    await alice.page.waitForFunction(() => document.title === 'Lantern');
  });

  test('the arena: numbered updates, each once and in order, whatever happens to the line', async () => {
    await enter('arena');
    await both((page) => page.locator('.board[data-ready=true]').waitFor());
    const call = async ({ page }: Visitor, text: string) => {
      await page.getByLabel('Call').fill(text);
      await page.getByLabel('Call').press('Enter');
      await page.locator('.calls li', { hasText: text }).waitFor();
    };
    await call(alice, 'one');
    alice.line.refuse('hang');
    alice.line.cut();
    await call(bob, 'two');
    await bob.page.getByLabel('Row 1, column 1').click();
    await bob.page.getByLabel('Row 1, column 1, bob').waitFor();
    await call(bob, 'three');
    alice.line.heal();
    await comeBack(alice.page);
    await alice.page.getByText('three').waitFor();
    await alice.page.getByLabel('Row 1, column 1, bob').waitFor();
    await stand.kill();
    await stand.restart();
    await both(comeBack);
    await both((page) => page.locator('.board[data-ready=true]').waitFor());
    await call(alice, 'four');
    await bob.page.getByText('four').waitFor();
    const calls = await both((page) => page.locator('.calls li').allTextContents());
    expect(calls).toEqual(Array(2).fill(['alice one', 'bob two', 'bob three', 'alice four']));
    const [mine, theirs] = await both((page) => page.locator('.count').textContent());
    expect(mine).toBe(theirs);
  });

  test('the table: everybody sits there once, before and after a loss', async () => {
    await enter('table');
    const seated = async () => {
      await both((page) => page.locator('.die:enabled').first().waitFor());
      await both((page) => page.locator('.players li').nth(1).waitFor());
      for (const names of await both((page) => page.locator('.players li > span:not(.avatar)').allTextContents()))
        expect([...names].sort()).toEqual(['alice', 'bob']);
    };
    await seated();
    await alice.page.getByRole('button', { name: '2d6' }).click();
    await both((page) => page.locator('.event.roll').waitFor());
    bob.line.cut();
    await bob.page.locator('.dot[data-status=reconnecting]').waitFor();
    await comeBack(bob.page);
    await seated();
    await bob.page.getByLabel('Speak').fill('back again');
    await bob.page.getByRole('button', { name: 'Say' }).click();
    await both((page) => page.getByText('back again').waitFor());
    expect(await both((page) => page.locator('.event.said').count())).toEqual([1, 1]);
  });

  test('the album: fresh for all, and caught up after an absence', async () => {
    await enter('album');
    await both((page) => page.locator('.photo').nth(2).waitFor());
    await alice.page.getByRole('button', { name: 'Add a photo' }).click();
    await bob.page.locator('.photo').nth(3).waitFor();
    await alice.page.locator('.photo').nth(3).waitFor();
    bob.line.refuse('reset');
    bob.line.cut();
    await alice.page.getByRole('button', { name: 'Add a photo' }).click();
    await alice.page.locator('.photo').nth(4).waitFor();
    await alice.page
      .getByRole('button', { name: /^Remove/ })
      .first()
      .click();
    await alice.page.locator('.photo').nth(4).waitFor({ state: 'detached' });
    bob.line.heal();
    await comeBack(bob.page);
    // As many as before the loss, so that counting them would not tell what is fresh.
    const mine = await alice.page.locator(titles).allTextContents();
    expect(mine).toHaveLength(4);
    await bob.page.waitForFunction(showsTitles, [titles, mine] as const);
    expect([alice.problems, bob.problems]).toEqual([[], []]);
  });
});

const titles = '.photo .caption span';

const showsTitles = ([selector, expected]: readonly [string, readonly string[]]) =>
  [...document.querySelectorAll(selector)].map((title) => title.textContent).join('\n') === expected.join('\n');

/** As a browser does with a tab that is not shown: no frames, and the page is told. */
function setHidden(isHidden: boolean): void {
  const page = window as Window & { frames0?: typeof requestAnimationFrame };
  page.frames0 ??= page.requestAnimationFrame;
  page.requestAnimationFrame = isHidden ? () => 0 : page.frames0;
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
  Object.defineProperty(document, 'visibilityState', { value: isHidden ? 'hidden' : 'visible', configurable: true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}
