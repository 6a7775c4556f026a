import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../io.ts';
import { type Started, start } from '../serve.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const bundled = fileURLToPath(new URL('../../asyncapi.yaml', import.meta.url));
const kitchen = fileURLToPath(new URL('../../scripts/fixtures/kitchen.yaml', import.meta.url));
const io: Io = { print: () => {}, warn: () => {}, color: false, verbose: false };
const options = { port: 0, host: '127.0.0.1', engine: 'memory', timeScale: 1, console: 0, secret: 'of the test' };
const patience = { timeout: 20_000 };

interface Breach {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

let started: Started | null = null;
afterEach(async () => {
  await started?.close();
  started = null;
});

async function serve(contract: string, more: Partial<Parameters<typeof start>[0]> = {}): Promise<string> {
  started = await start({ ...options, contract, ...more }, io);
  return started.consoleUrl ?? '';
}

describe('the console answers', () => {
  const status = (url: string, headers: { readonly [name: string]: string }, method = 'GET'): Promise<number> =>
    new Promise((resolve, reject) => {
      const asking = request(url, { headers, method }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asking.on('error', reject);
      asking.end(method === 'POST' ? '{}' : undefined);
    });

  test('only under its own name, to its own page, and with tokens of users that it knows', async () => {
    const url = await serve(bundled);
    const channel = started?.channels[0]?.table.name ?? '';
    const user = started?.users[0]?.id ?? '';
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await status(`${url}/token?channel=${channel}&user=${user}`, {})).toBe(200);
    expect(await status(`${url}/token?channel=${channel}&user=${user}`, { host: 'attacker.example' })).toBe(403);
    expect(await status(`${url}/token?channel=${channel}&user=${user}`, { origin: 'http://attacker.example' })).toBe(
      403,
    );
    expect(await status(`${url}/token?channel=${channel}&user=nobody`, {})).toBe(404);
    expect(await status(`${url}/control/publish`, { origin: 'http://attacker.example' }, 'POST')).toBe(403);
    expect(await status(`${url}/control/publish`, {}, 'POST')).toBe(405);
    expect(await status(`${url}/control/restart`, { origin: url }, 'POST')).toBe(405);
    expect(await status(`${url}/control/publish`, { origin: url }, 'POST')).toBe(400);
    expect(await status(`${url}/nothing`, {})).toBe(404);
  });

  test('nobody where it is not asked for, and where only the address is', async () => {
    expect(await serve(bundled, { console: 'off' })).toBe('');
    await started?.close();
    expect(await serve(bundled, { quiet: true })).toBe('');
  });

  test('pages that may connect include its own', async () => {
    const url = await serve(bundled, { origins: ['https://a.example'] });
    const socket = (origin: string): Promise<number> =>
      status(started?.url.replace('ws', 'http') ?? '', { origin, connection: 'Upgrade', upgrade: 'websocket' });
    expect(await socket('https://b.example')).toBe(403);
    expect(await socket(url)).not.toBe(403);
  });
});

describe.runIf(isThere)('the console in Chromium', { timeout: 180_000 }, () => {
  const problems: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(url: string, channel = ''): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(patience.timeout);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${url}/#${channel}`);
    await page.locator('.pane').first().waitFor();
    return page;
  }

  const pane = (page: Page, letter: string): Locator => page.getByRole('region', { name: `Pane ${letter}` });

  async function connect(page: Page, letters: string): Promise<void> {
    for (const letter of letters) {
      await pane(page, letter).getByRole('button', { name: 'Connect', exact: true }).click();
      await pane(page, letter).locator('output', { hasText: 'ready' }).waitFor();
    }
  }

  async function compose(page: Page, letter: string, type: string, content?: object): Promise<void> {
    await pane(page, letter).getByLabel('Message').selectOption(type);
    if (content) await pane(page, letter).getByLabel('Content').fill(JSON.stringify(content));
  }

  const press = (page: Page, letter: string, button: string): Promise<void> =>
    pane(page, letter).getByRole('button', { name: button, exact: true }).click();

  const row = (page: Page, text: string): Locator => page.locator('#timeline tbody tr', { hasText: text });

  /** What each pane shows of it. */
  const columns = (found: Locator): Promise<readonly string[]> =>
    found.evaluate((one) =>
      [...one.querySelectorAll('td')].slice(1).map((cell) => cell.querySelector('summary')?.textContent ?? ''),
    );

  test('shows who receives what: all in the room, or only the others', async () => {
    const page = await open(await serve(bundled), 'climbing');
    await page.getByRole('button', { name: 'Add a pane' }).click();
    // The third is the first user again, in another tab.
    await pane(page, 'C')
      .getByLabel('User')
      .selectOption(started?.users[0]?.id ?? '');
    await connect(page, 'ABC');
    await compose(page, 'A', 'message');
    await press(page, 'A', 'Send');
    await row(page, '← message').waitFor();
    const all = ['← message', '← message', '← message'];
    await expect.poll(() => columns(row(page, '← message').first()), patience).toEqual(all);
    await compose(page, 'A', 'typing');
    await press(page, 'A', 'Send');
    await row(page, '← typing').waitFor();
    expect(await columns(row(page, '← typing').first())).toEqual(['', '← typing', '']);
    await page.close();
  });

  test('judges what is typed, and shows what the server says to it', async () => {
    const page = await open(await serve(bundled), 'arena');
    await connect(page, 'A');
    await compose(page, 'A', 'CHAT', { type: 'CHAT', text: '' });
    expect(await pane(page, 'A').locator('.issues').textContent()).toMatch(/\/text/);
    await press(page, 'A', 'Send all the same');
    await row(page, '← ERROR').waitFor();
    await compose(page, 'A', 'CHAT', { type: 'CHAT', text: 'hello' });
    expect(await pane(page, 'A').locator('.issues li').count()).toBe(0);
    await pane(page, 'A').getByLabel('Content').fill('{');
    expect(await pane(page, 'A').getByRole('button', { name: 'Send all the same' }).isDisabled()).toBe(true);
    await page.close();
  });

  test('a pane that was cut waits, comes back, and gets what it missed', async () => {
    const page = await open(await serve(bundled), 'arena');
    await connect(page, 'AB');
    await pane(page, 'A').getByLabel('Cut').check();
    await pane(page, 'A')
      .locator('output', { hasText: /reconnecting, attempt \d+ in [\d.]+ s/ })
      .waitFor();
    await compose(page, 'B', 'CHAT', { type: 'CHAT', text: 'while away' });
    await press(page, 'B', 'Send');
    const missed = row(page, '← CHAT');
    await missed.waitFor();
    expect(await missed.locator('td').nth(1).textContent()).toBe('');
    await pane(page, 'A').getByLabel('Up').check();
    await pane(page, 'A').locator('output', { hasText: 'connected, ready' }).waitFor();
    await row(page, '→ RESYNC').waitFor();
    await expect
      .poll(async () => (await page.locator('#timeline .in', { hasText: '← CHAT' }).count()) >= 2, patience)
      .toBe(true);
    expect(await page.locator('#timeline td:nth-child(2) .in', { hasText: 'while away' }).count()).toBe(1);
    await page.close();
  });

  test('what is given to a pane that was cut waits, and is sent when it is back', async () => {
    const page = await open(await serve(bundled), 'chat');
    await connect(page, 'AB');
    await pane(page, 'A').getByLabel('Cut').check();
    await compose(page, 'A', 'chat_message');
    await press(page, 'A', 'Send');
    await pane(page, 'A').locator('output', { hasText: '1 waiting' }).waitFor();
    expect(await row(page, '→ chat_message').count()).toBe(0);
    await pane(page, 'A').getByLabel('Up').check();
    await row(page, '→ chat_message').waitFor();
    await expect.poll(() => row(page, '← chat_message').first().locator('.in').count(), patience).toBe(2);
    await pane(page, 'A')
      .locator('output', { hasText: /ready$/ })
      .waitFor();
    await page.close();
  });

  test('a silent network is found out by the heartbeat', async () => {
    const page = await open(await serve(bundled, { timeScale: 0.05 }), 'chat');
    await connect(page, 'A');
    await pane(page, 'A').getByLabel('Silent').check();
    await pane(page, 'A').locator('output', { hasText: 'reconnecting' }).waitFor();
    await pane(page, 'A').getByLabel('Up').check();
    await pane(page, 'A').locator('output', { hasText: 'connected, ready' }).waitFor();
    await page.close();
  });

  test("publishes as the server's own code does", async () => {
    const page = await open(await serve(bundled), 'bucketlist');
    await connect(page, 'AB');
    const server = page.getByRole('region', { name: 'Server', exact: true });
    const user = started?.users[1]?.id ?? '';
    await server.getByLabel('Users, by id').fill(user);
    await server.getByLabel('Message').selectOption('PHOTO_UPLOADED');
    await server.getByRole('button', { name: 'Publish' }).click();
    await row(page, '← PHOTO_UPLOADED').waitFor();
    const told = row(page, '← PHOTO_UPLOADED').first().locator('td');
    expect([await told.nth(1).locator('.in').count(), await told.nth(2).locator('.in').count()]).toEqual([0, 1]);
    await page.close();
  });

  test('works for any document, and every frame leads to its rule', async () => {
    const url = await serve(kitchen);
    const page = await open(url);
    await connect(page, 'AB');
    await press(page, 'A', 'Send');
    await page.locator('#timeline .out').first().waitFor();
    await page.locator('#timeline .in').first().waitFor();
    const targets = await page
      .locator('#timeline a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(targets.length).toBeGreaterThan(0);
    await page.goto(`${url}/docs`);
    for (const target of new Set(targets))
      expect(await page.locator(`[id="${target.split('#')[1]}"]`).count(), target).toBe(1);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing (%s)', async (colorScheme) => {
    const page = await open(await serve(bundled), 'chat');
    await page.emulateMedia({ colorScheme });
    await connect(page, 'A');
    await press(page, 'A', 'Send');
    await row(page, '← chat_message').waitFor();
    await page.evaluate(axe);
    const found = await page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)");
    expect((found as readonly Breach[]).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.close();
  });

  test('nothing went wrong', () => {
    expect(problems).toEqual([]);
  });
});
