import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ports } from '../../adapters/ports.js';
import type { Prediction } from '../../domain/prediction.js';
import { settle } from '../../domain/settlement.js';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { FIRST_BAR, HOUR, madeBars, SOURCE } from '../api/made-records.js';
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
const STREAM = 'binance/BTC-USDT/1h';
const AS_OF = FIRST_BAR + 60 * HOUR;
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

const prediction = (id: string, change: Partial<Prediction>): Prediction => ({
  id,
  stream: STREAM,
  model: 'dlinear@2',
  reason: 'the best by past skill',
  asOf: AS_OF,
  horizonBars: 4,
  targetTime: AS_OF + 4 * HOUR,
  lastClose: 160,
  mean: 161,
  interval: { lower: 150, upper: 172, coverage: 0.9 },
  probabilityUp: 0.56,
  inputs: { bars: 'ab' },
  read: { from: FIRST_BAR, to: AS_OF, asOf: AS_OF },
  createdAt: AS_OF,
  source: SOURCE,
  settledAt: null,
  realised: null,
  ...change,
});

const open = prediction('prd_open00000000000000000000', {
  abstained: 'confidence 0.5600 is below 0.6',
  chain: [{ model: 'patchtst@1', reason: 'its <b>leak</b> audit failed' }],
  path: [1, 4].map((horizonBars) => ({
    horizonBars,
    targetTime: AS_OF + horizonBars * HOUR,
    mean: 160 + horizonBars / 4,
    quantiles: LEVELS.map((level) => ({ level, price: 160 + 10 * Math.sqrt(horizonBars) * (level - 0.5) })),
  })),
});

/** Twelve of four bars each that came out, every third of them outside of its interval. */
const settled = Array.from({ length: 12 }, (_, i) => {
  const asOf = FIRST_BAR + 4 * i * HOUR;
  const realised = i % 3 === 0 ? 175 : 163;
  const one = prediction(`prd_${String(i).padStart(24, '0')}`, {
    ...{ asOf, targetTime: asOf + 4 * HOUR, createdAt: asOf },
    ...{ mean: i % 2 ? 161 : 159, realised, settledAt: asOf + 5 * HOUR },
  });
  const outcome = { realised, closeBefore: 159, knownAt: asOf + 4 * HOUR };
  return { one, record: settle(one, outcome, { settledAt: asOf + 5 * HOUR }) };
});

async function seedForecasts({ documents, series }: Ports): Promise<void> {
  const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
  await series.write({ stream, bars: madeBars(60), source: SOURCE });
  await documents.insert('predictions', [...settled.map(({ one }) => one), open]);
  await documents.insert(
    'settlements',
    settled.map(({ record }) => record),
  );
}

describe.skipIf(!chromium)('forecasts in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    await seedForecasts(platform.ports);
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });

  const at = async (
    options: { path: string; width?: number; scheme?: 'light' | 'dark' },
    look: (watched: Watched) => Promise<void>,
  ): Promise<void> => {
    const viewport = { width: options.width ?? 1440, height: 900 };
    const watched = await openPage(browser, platform.url, {
      viewport,
      colorScheme: options.scheme ?? 'light',
    });
    try {
      await watched.page.goto(`${platform.url}/${options.path}`);
      await look(watched);
      expect(await sidewaysScroll(watched.page)).toBe(0);
      expect(watched.faults).toEqual([]);
    } finally {
      await watched.close();
    }
  };

  it.each([
    [390, 'dark'],
    [1440, 'light'],
  ] as const)('at %i pixels in %s: the fan, its reasons and its figures', async (width, scheme) => {
    await at({ path: `#/forecasts/${open.id}`, width, scheme }, async ({ page }) => {
      await page.getByRole('img', { name: /^Price, USDT: close, forecast of .* with 2 bands$/ }).waitFor();
      await page.getByText('90 %, 50 % of outcomes').waitFor();
      await page.getByText('no direction claimed').waitFor();
      await page.getByText('confidence 0.5600 is below 0.6. the best by past skill.').waitFor();
      await page.getByText('Asked before: 1').click();
      await page.getByText('its <b>leak</b> audit failed').waitFor();
      await page.getByText('The fan as figures: 2 horizons').click();
      const fan = page.getByRole('region', { name: 'Quantiles of the close, USDT' });
      expect(await fan.locator('tbody tr').last().innerText()).toMatch(/4\s+161.00\s+151.00\s+155.00/);
      expect(await faintTexts(page)).toEqual([]);
    });
  });

  it('leads from a settled forecast to what came of it', async () => {
    await at({ path: '#/forecasts' }, async ({ page }) => {
      const rows = page.getByRole('region', { name: 'Settled forecasts' }).locator('tbody tr');
      await expect.poll(() => rows.count()).toBe(12);
      expect(await rows.first().innerText()).toContain('inside the interval');
      await rows.last().getByRole('link').click();
      await page.getByText('outside the interval').first().waitFor();
      await page.getByRole('heading', { name: `${STREAM}, 4 bars ahead` }).waitFor();
      await page.getByText('what came of it').first().waitFor();
    });
  });

  it('asks for a forecast as the form says, and shows it', async () => {
    await at({ path: '#/forecasts' }, async ({ page }) => {
      const asked: unknown[] = [];
      await page.route('**/api/v1/predictions', async (route) => {
        if (route.request().method() !== 'POST') return route.fallback();
        asked.push(route.request().postDataJSON());
        await route.fulfill({ json: open });
      });
      await page.getByLabel('Bars ahead').fill('4');
      await page.getByLabel('Model', { exact: true }).fill('ensemble:mean');
      await page.getByLabel('Least confidence').fill('0.6');
      await page.getByRole('button', { name: 'Predict now' }).click();
      await page.getByText('Made by dlinear@2.').waitFor();
      expect(asked).toEqual([
        { stream: STREAM, source: 'simulated:1', horizonBars: 4, ensemble: 'mean', minConfidence: 0.6 },
      ]);
      expect(page.url()).toContain(`#/forecasts/${open.id}`);
    });
  });

  it.each([
    [390, 'light'],
    [1440, 'dark'],
  ] as const)('at %i pixels in %s: every settled forecast counts', async (width, scheme) => {
    await at({ path: '#/scorecard', width, scheme }, async ({ page }) => {
      const card = page.getByRole('region', { name: 'Scorecard' });
      const row = (await card.locator('tbody tr').innerText()).replaceAll(/\s+/g, ' ');
      // Of twelve, eight inside and six on the side that came.
      expect(row).toContain('12 12 independent');
      expect(row).toContain('50.0 %');
      expect(row).toContain('66.7 % of 90 %');
      await page.getByRole('img', { name: /^Share so far: direction right, inside the interval/ }).waitFor();
      await page.getByText('inside the interval 66.7 %').waitFor();
      expect(
        await page.getByRole('region', { name: 'Settled predictions' }).locator('tbody tr').count(),
      ).toBe(12);
      expect(await faintTexts(page)).toEqual([]);
    });
  });
});
