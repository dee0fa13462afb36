import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { seed } from '../api/made-records.js';
import {
  browserPath,
  buildPages,
  faintTexts,
  openBrowser,
  openPage,
  sidewaysScroll,
  type Watched,
} from './browser.js';

const chromium = browserPath();

/** Each page, its title, and what it must show of the seeded records: figures with source and as-of. */
const PAGES: [name: string, path: string, title: string, shown: string[]][] = [
  [
    'overview',
    '/#/',
    'Overview · FinSight',
    [
      '101.00 USDT',
      '95.00 … 107.00',
      'simulated',
      'as of 2023-01-01 00:00 UTC',
      'no model beats it',
      '10 + 2',
    ],
  ],
  ['runs', '/#/runs', 'Runs · FinSight', ['research/example', 'research/running', 'completed', 'running']],
  [
    'prices',
    '/#/prices',
    'Prices · FinSight',
    [
      'simulated',
      'as of 2023-01-01 10:00 UTC',
      '90 % interval 95.00 … 107.00',
      'Price, USDT',
      'Time, UTC',
      'exchange-closed',
    ],
  ],
  [
    'forecasts',
    '/#/forecasts',
    'Forecasts · FinSight',
    ['1 bar ahead', 'simulated', 'as of 2023-01-01 00:00 UTC', '95.00 … 107.00', 'no model beats it', 'open'],
  ],
  [
    'scorecard',
    '/#/scorecard',
    'Scorecard · FinSight',
    ['Drift of champions', 'simulated', 'as of 2023-01-01 00:00 UTC', 'PSI 0.90', '1 independent'],
  ],
  [
    'sentiment',
    '/#/sentiment/BTC',
    'Sentiment · FinSight',
    [
      'simulated',
      'index 0.20',
      '95 % interval −0.74 … 1.00',
      'price 101',
      'Articles behind 2023-01-01 01:00 UTC',
      'Bitcoin rises',
      'ngram@1',
      'headlines, test fold',
      '0.710 … 0.870',
    ],
  ],
  [
    'models',
    '/#/models',
    'Models · FinSight',
    [
      'example@1',
      'champion',
      'persistence',
      '52.00 %',
      '42.0 % … 62.0 %',
      'as of 2023-01-01 01:00 UTC',
      '10 bps fee',
    ],
  ],
  [
    'deployments',
    '/#/deployments',
    'Deployments · FinSight',
    ['ridge-1h-h1', 'simulated', 'as of 2023-01-01 00:00 UTC', 'For: every check passed.', 'approval now'],
  ],
  ['serving', '/#/serving', 'Serving · FinSight', ['onnx · cpu', 'ready', 'No version is loaded yet']],
  [
    'backtests',
    '/#/backtests',
    'Backtests · FinSight',
    [
      'sma-cross fast 20, bt_remova 105.0',
      'simulated',
      'as of 2023-01-01 02:00 UTC',
      '10 bps fee and 2 bps slippage',
      'hold Sharpe',
    ],
  ],
  ['docs', '/docs', 'API reference · FinSight', ['/api/v1/runs', 'Runs, newest first']],
];
const SCHEMES = ['light', 'dark'] as const;

describe.skipIf(!chromium)('the pages in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;
  let empty: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    // Without keys, as on a laptop; the seed's own principal would ask for one.
    const config = { adminKey: '', webDirectory: pages.directory };
    [platform, empty] = await Promise.all([startTestPlatform(config), startTestPlatform(config)]);
    await seed(platform.ports);
    await platform.ports.documents.remove('principals', ['pri_removable']);
    empty.stories.stories.clear();
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    await empty?.close();
    pages?.remove();
  });

  async function at<T>(
    options: { on?: TestPlatform; path: string; width?: number; scheme?: 'light' | 'dark' },
    look: (watched: Watched) => Promise<T>,
  ): Promise<T> {
    const home = (options.on ?? platform).url;
    const watched = await openPage(browser, home, {
      viewport: { width: options.width ?? 1440, height: 900 },
      colorScheme: options.scheme ?? 'light',
      timezoneId: 'Asia/Tokyo',
    });
    try {
      await watched.page.goto(`${home}${options.path}`);
      return await look(watched);
    } finally {
      await watched.close();
    }
  }

  const text = ({ page }: Watched): Promise<string> =>
    page.locator('body').evaluate((body) => (body as HTMLElement).innerText.replaceAll(/\s+/g, ' '));

  describe.each(PAGES)('%s', (_name, path, title, shown) => {
    it('shows its figures with source and as-of, and asks no other host', async () => {
      await at({ path }, async (watched) => {
        for (const words of shown) await expect.poll(() => text(watched)).toContain(words);
        expect(await watched.page.title()).toBe(title);
        expect(watched.faults).toEqual([]);
      });
    });

    it.each(SCHEMES)('fits a phone and reads well in %s', async (scheme) => {
      await at({ path, width: 390, scheme }, async (watched) => {
        for (const words of shown) await expect.poll(() => text(watched)).toContain(words);
        expect(await sidewaysScroll(watched.page)).toBe(0);
        expect(await faintTexts(watched.page)).toEqual([]);
        expect(watched.faults).toEqual([]);
      });
    });

    it('says what is missing where nothing is stored', async () => {
      await at({ on: empty, path }, async (watched) => {
        if (path !== '/docs') await expect.poll(() => text(watched)).toMatch(/\b(yet|No )/);
        // Parts of a page load each by themselves.
        await expect.poll(() => text(watched)).not.toContain('Loading');
        expect(watched.faults).toEqual([]);
      });
    });
  });

  it('draws the price with the interval, and the equity, as pictures that are not blank', async () => {
    for (const path of ['/#/prices', '/#/backtests', '/#/sentiment/BTC'])
      await at({ path }, async ({ page }) => {
        await expect.poll(() => page.locator('canvas').count()).toBeGreaterThan(0);
        const inked = (): Promise<boolean> =>
          page.evaluate(() =>
            [...document.querySelectorAll('canvas')].some((canvas) => {
              const { width, height } = canvas;
              const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
              const colours = new Set<number>();
              for (let i = 0; i < data.length; i += 4)
                colours.add((data[i] ?? 0) * 65536 + (data[i + 1] ?? 0) * 256 + (data[i + 2] ?? 0));
              return colours.size > 5;
            }),
          );
        await expect.poll(inked).toBe(true);
      });
  });

  it('is walked by keyboard: skip link, pages, then the content', async () => {
    await at({ path: '/#/' }, async ({ page }) => {
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
      await page.getByRole('link', { name: 'Prices' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Prices', exact: true }).waitFor();
      expect(await page.locator('nav [aria-current=page]').textContent()).toBe('Prices');
    });
  });

  it('says once that the API is away, and goes on by itself when it is back', async () => {
    await at({ path: '/#/' }, async ({ page }) => {
      await page.getByText('101.00').first().waitFor();
      await page.route('**/api/**', (route) => route.abort());
      await page.getByText('does not answer').waitFor();
      expect(await page.getByRole('alert').count()).toBe(1);
      // What was read before stays.
      expect(await page.getByText('101.00').count()).toBeGreaterThan(0);
      await page.unroute('**/api/**');
      await page.getByText('does not answer').waitFor({ state: 'detached' });
    });
  });

  it('asks for an API key where the platform wants one, and works with it', async () => {
    const locked = await startTestPlatform({ webDirectory: pages.directory });
    try {
      await seed(locked.ports);
      await at({ on: locked, path: '/#/' }, async ({ page }) => {
        await page.getByLabel('This platform needs an API key').fill(ADMIN_KEY);
        await page.getByRole('button', { name: 'Unlock' }).click();
        await page.getByText('101.00').first().waitFor();
        expect(await page.getByRole('alert').count()).toBe(0);
      });
    } finally {
      await locked.close();
    }
  });
});
