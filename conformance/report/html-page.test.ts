import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleCase, sampleCases, sampleRun } from './fixtures/sample-run.ts';
import { htmlReport } from './html.ts';
import { buildReport } from './report-json.ts';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Breach {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

test('Chromium is there where everything has to be tested; CHROMIUM names another place', () => {
  expect(isThere || process.env.WIREPACT_REQUIRE_ALL !== '1').toBe(true);
});

describe.runIf(isThere)('the page in Chromium, from a file', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-page-'));
  const file = join(folder, 'index.html');
  const problems: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    const many = Array.from({ length: 6 }, (_, index) =>
      sampleCase({ channel: `a-channel-with-a-long-name-${index}` }),
    );
    writeFileSync(file, htmlReport(buildReport(sampleRun({ cases: [...sampleCases(), ...many] }))));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: { width?: number; dark?: boolean } = {}): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  test.each([320, 390, 1280])('at %d px nothing is wider than the window', async (width) => {
    const page = await open({ width });
    for (const details of await page.locator('.case details:visible').all())
      await details.evaluate((one) => one.setAttribute('open', ''));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });

  test.each([false, true])('text can be read against what is behind it (dark: %s)', async (dark) => {
    const page = await open({ dark });
    expect(await page.evaluate(poorContrast)).toEqual([]);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(dark ? 'rgb(20, 23, 28)' : 'rgb(255, 255, 255)');
    await page.close();
  });

  test.each([
    [1280, false],
    [1280, true],
    [390, false],
    [390, true],
  ])('axe finds nothing at %d px (dark: %s)', async (width, dark) => {
    const page = await open({ width, dark });
    await page.evaluate(axe);
    const found = await page.evaluate("axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)");
    expect((found as readonly Breach[]).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.close();
  });

  test('by keyboard: to the next problem and back, into the search, and to all that is wrong', async () => {
    const page = await open();
    const at = () =>
      page.evaluate(
        () =>
          document.activeElement?.closest('.case')?.querySelector('code')?.textContent ?? document.activeElement?.id,
      );
    const shown = () => page.locator('.case:visible').count();
    const problemsShown = await shown();
    await page.keyboard.press('j');
    const first = await at();
    await page.keyboard.press('j');
    expect(await at()).not.toBe(first);
    await page.keyboard.press('k');
    expect(await at()).toBe(first);
    await page.keyboard.press('/');
    expect(await at()).toBe('search');
    await page.keyboard.type('shout');
    expect(await shown()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await shown()).toBe(problemsShown);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
    await page.close();
  });

  test('filters: by verdict, and by a cell of the matrix', async () => {
    const page = await open();
    const states = () =>
      page
        .locator('.case:visible')
        .evaluateAll((all) => [...new Set(all.map((one) => (one as HTMLElement).dataset.state))]);
    expect(await states()).not.toContain('pass');
    for (const box of await page.locator('input[name=state]').all())
      await box.setChecked((await box.inputValue()) === 'fail');
    expect(await states()).toEqual(['fail']);
    expect(await page.locator('#shown').textContent()).toContain('3 of ');
    await page.locator('#matrix button[data-channel="table"][data-family="delivery"]').click();
    const channels = await page
      .locator('.case:visible')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.channel));
    expect(new Set(channels)).toEqual(new Set(['table']));
    await page.close();
  });

  test('what can be used has a name, and every image too', async () => {
    const page = await open();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select, a[href], [role=img], [role=region]')]
        .filter(
          (one) =>
            !one.closest('label') &&
            !one.getAttribute('aria-label') &&
            !one.getAttribute('aria-labelledby') &&
            one.textContent?.trim() === '',
        )
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    expect(nameless).toEqual([]);
    await page.close();
  });

  test('it asked for nothing, and nothing went wrong', () => {
    expect(problems).toEqual([]);
  });
});

/** Runs in the page: texts whose contrast is under 4.5, or 3 where they are large (WCAG 2.1, 1.4.3). */
function poorContrast(): readonly string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channelsOf = (color: string): number[] => {
    canvas!.clearRect(0, 0, 1, 1);
    canvas!.fillStyle = color;
    canvas!.fillRect(0, 0, 1, 1);
    return [...canvas!.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (rgb: number[]): number =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
      const value = (rgb[index] ?? 0) / 255;
      return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    }, 0);
  const behind = (element: Element): number[] => {
    for (let one: Element | null = element; one; one = one.parentElement) {
      const color = channelsOf(getComputedStyle(one).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set<string>();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (
      !element ||
      text.textContent?.trim() === '' ||
      element.closest('svg, script, style') ||
      !element.checkVisibility()
    )
      continue;
    const style = getComputedStyle(element);
    const [front, back] = [luminance(channelsOf(style.color)), luminance(behind(element))];
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      found.add(`${ratio.toFixed(2)} ${element.className} ${text.textContent?.slice(0, 30)}`);
  }
  return [...found];
}
