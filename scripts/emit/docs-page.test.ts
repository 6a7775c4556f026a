import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const file = fileURLToPath(new URL('../../generated/docs/index.html', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Breach {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

test('the page of the six bundled channels is at most 300 KB', () => {
  expect(statSync(file).size).toBeLessThanOrEqual(300 * 1024);
});

test('Chromium is there where everything has to be tested; CHROMIUM names another place', () => {
  expect(isThere || process.env.WIREPACT_REQUIRE_ALL !== '1').toBe(true);
});

describe.runIf(isThere)('the protocol page in Chromium, from a file', { timeout: 180_000 }, () => {
  const problems: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(
    options: { width?: number; dark?: boolean; script?: boolean; hash?: string } = {},
  ): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      javaScriptEnabled: options.script ?? true,
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== pathToFileURL(file).href) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(`${pathToFileURL(file).href}${options.hash ?? ''}`);
    return page;
  }

  // Axe takes seconds for a page of this length, so that all but the first look at a part of it.
  test.each([
    [1280, false, ''],
    [1280, true, '#chat, #rules'],
    [390, false, '#arena, #types'],
    [390, true, '#chat, #rules'],
  ])('axe finds nothing at %d px (dark: %s), with every message open: %s', async (width, dark, kept) => {
    const page = await open({ width, dark });
    await page.evaluate((selector) => {
      for (const channel of document.querySelectorAll('section.channel'))
        if (selector !== '' && !channel.matches(selector)) channel.remove();
      for (const details of document.querySelectorAll('details')) details.open = true;
    }, kept);
    await page.evaluate(axe);
    const found = await page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)");
    expect((found as readonly Breach[]).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.close();
  });

  test.each([320, 390, 1280])('at %d px nothing is wider than the window', async (width) => {
    const page = await open({ width });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });

  test('no text of a diagram leaves its drawing', async () => {
    const page = await open();
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
        const { x, y, width, height } = (svg as SVGSVGElement).viewBox.baseVal;
        return [...svg.querySelectorAll<SVGGraphicsElement>('text, use')].flatMap((text) => {
          const box = text.getBBox();
          const isInside = box.x >= x - 1 && box.x + box.width <= x + width + 1 && box.y + box.height <= y + height + 1;
          return isInside ? [] : [`${svg.getAttribute('aria-label')}: ${text.textContent || 'lanes'}`];
        });
      }),
    );
    expect(outside).toEqual([]);
    await page.close();
  });

  test('each rule that is about a message links to its sentence', async () => {
    const page = await open();
    const lists = await page.evaluate(() =>
      [...document.querySelectorAll('.u')].map((list) => ({
        of: list.closest('details')?.id ?? '',
        links: [...list.querySelectorAll('a')].map(({ hash, textContent }) => ({
          text: textContent,
          place: document.getElementById(hash.slice(1))?.textContent,
        })),
      })),
    );
    const links = lists.flatMap((list) => list.links);
    expect(links.length).toBeGreaterThan(300);
    expect(links.filter(({ place }) => place === undefined)).toEqual([]);
    // A rule's place is its whole id, and a family's its name.
    const wrong = links.filter(
      ({ text, place }) => text !== place && `${text}` !== `${place}/` && !place?.endsWith(`/${text}`),
    );
    expect(wrong.filter(({ text }) => text?.startsWith('Rules') !== true)).toEqual([]);
    const messages = await page.evaluate(() => document.querySelectorAll('details.m').length);
    expect(lists.filter(({ of }) => of !== '').length).toBeGreaterThan(messages * 0.8);
    await page.close();
  });

  test('without JavaScript everything can be read', async () => {
    const page = await open({ script: false });
    const details = page.locator('details.m').first();
    await details.locator('summary').click();
    expect(await details.locator('pre').first().isVisible()).toBe(true);
    expect(await page.locator('#search').isVisible()).toBe(false);
    await page.close();
  });

  test('by keyboard: into the search, to a place, and back', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('heartbeat');
    const results = page.locator('#found a');
    expect(await results.count()).toBeGreaterThan(1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const target = await results.nth(1).getAttribute('href');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(target);
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe(target);
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    expect(await results.count()).toBe(0);
    await page.close();
  });

  test('an address with the anchor of a message shows it open', async () => {
    const page = await open();
    const id = await page.locator('details.m').last().getAttribute('id');
    await page.close();
    const again = await open({ hash: `#${id}` });
    expect(await again.locator(`details[id="${id}"]`).getAttribute('open')).toBe('');
    expect(await again.locator(`details[id="${id}"] summary`).isVisible()).toBe(true);
    await again.close();
  });

  test('on paper every message is open', async () => {
    const page = await open({ script: false });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('details.m pre').first().isVisible()).toBe(true);
    expect(await page.locator('.side').isVisible()).toBe(false);
    await page.close();
  });

  test('it asked for nothing, and nothing went wrong', () => {
    expect(problems).toEqual([]);
  });
});
