import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion } from '../../domain/models.js';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';
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
const HOSTILE = '<img src=x onerror="document.title=1">';

const version = (of: { version: string; at: number; dropout: number }): ModelVersion => ({
  id: `mdl_net@${of.version}`,
  name: 'net',
  version: of.version,
  task: 'forecast',
  kind: 'dlinear',
  onnx: { key: `models/${of.version}.onnx`, sha256: of.version.repeat(8), bytes: 10 },
  specSha256: of.version,
  spec: { params: { dropout: of.dropout }, training: { seed: 1 } },
  dataset: 'ds_example',
  training: {
    epochs: [1, 2, 3].map((epoch) => ({
      ...{ epoch, trainLoss: 1.2 / epoch, validationLoss: 1 + of.dropout / epoch, seconds: 2 },
    })),
    ...{ bestEpoch: 3, parameters: 1234, rows: { train: 5000 }, stopped: 'early' },
  },
  ...{ parityMaxAbs: 1e-7, seconds: 6, stage: 'candidate' as const, createdAt: FIRST_BAR + of.at },
  ...{ source: SOURCE, featureVersion: '1' },
});

const skill = (name: string, mae: number, directionalAccuracy: number) => ({
  ...{ name, n: 400, mae, directionalAccuracy },
  wilson95: [directionalAccuracy - 0.05, directionalAccuracy + 0.05] as [number, number],
});
const baselines = [skill('persistence', 10, NaN), skill('reversal', 14, 0.54)];
const interval = { coverage: 0.9, measuredCoverage: 0.893, n: 400, meanWidth: 3.2, winkler: 4.1 };
const part = { ...skill('calm', 9, 0.57), share: 0.4, baselines };

const evaluation = (of: { version: string; mae: number; passed: boolean }): Evaluation => ({
  ...skill('', of.mae, 0.531),
  ...{ id: `evl_${of.version}`, model: `net@${of.version}`, stream: STREAM, horizonBars: 4 },
  ...{ from: FIRST_BAR, to: FIRST_BAR + 1600 * HOUR, baselines, dataset: 'ds_example', createdAt: FIRST_BAR },
  pesaranTimmermann: { statistic: 2, pValue: 0.02 },
  dieboldMariano: { statistic: -3, pValue: 0.0002 },
  conformal: { coverage: 0.9, scale: 1.6, n: 400, measuredCoverage: 0.893 },
  profitAfterCosts: { total: -0.1, buyAndHold: 0.2, feeBps: 10, slippageBps: 2 },
  distribution: {
    ...{ n: 1600, levels: [0.1, 0.5, 0.9], from: 'model' as const, pinball: 0.21, crps: 0.55 },
    baselines: [{ name: 'persistence', pinball: 0.22, crps: 0.56 }],
  },
  interval: { ...interval, method: 'adaptive', persistence: interval },
  calibration: {
    ...{ n: 400, brier: 0.248, ece: 0.02, baselines: [{ name: 'a coin', brier: 0.25 }] },
    bins: [
      { from: 0.4, to: 0.5, n: 150, meanProbability: 0.47, shareUp: 0.45, wilson95: [0.37, 0.53] },
      { from: 0.5, to: 0.6, n: 250, meanProbability: 0.54, shareUp: 0.56, wilson95: [0.5, 0.62] },
    ],
  },
  regimes: [{ ...part, by: 'volatility' }],
  byConfidence: [{ ...part, name: '0.50 … 0.55', from: 0.5, to: 0.55 }],
  leakAudit: {
    passed: of.passed,
    checks: [
      {
        ...{ check: 'future shuffled', verdict: of.passed ? 'pass' : 'leak', text: HOSTILE },
        ...{ figure: 0.5, bound: 0.1 },
      },
    ],
  } as unknown as Evaluation['leakAudit'] & object,
  forecasts: { key: 'evaluations/a.json', sha256: 'ef' },
  source: SOURCE,
});

describe.skipIf(!chromium)('models in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    const { documents } = platform.ports;
    await documents.insert('models', [
      version({ version: 'aaaa', at: 0, dropout: 0.1 }),
      version({ version: 'bbbb', at: HOUR, dropout: 0.3 }),
    ]);
    await documents.insert('evaluations', [
      evaluation({ version: 'aaaa', mae: 9.5, passed: true }),
      evaluation({ version: 'bbbb', mae: 10.4, passed: false }),
    ]);
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
    // These two were stored without their rows: that they cannot be paired is said, and is no fault of the page.
    await watched.page.route('**/against/**', (route) =>
      route.fulfill({
        json: {
          ...{ stream: STREAM, horizonBars: 4, from: 0, to: 1, rows: 1600, n: 400 },
          a: { crps: 0.55, measuredCoverage: 0.893, meanWidth: 3.2, brier: 0.248 },
          b: { crps: 0.56, measuredCoverage: 0.893, meanWidth: 3.2, brier: 0.248 },
          dieboldMariano: { statistic: -2, pValue: 0.04 },
          dieboldMarianoCrps: { statistic: -2, pValue: 0.03 },
          direction: { onlyA: 30, onlyB: 20, pValue: 0.2 },
          sentence: 'The first has the smaller error.',
        },
      }),
    );
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
  ] as const)(
    'at %i pixels in %s: ranks, scores, calibration, parts and the audit',
    async (width, scheme) => {
      await at({ path: '#/models/net%40bbbb', width, scheme }, async ({ page }) => {
        const board = page.getByRole('region', { name: `Leaderboard of ${STREAM}` });
        await board.waitFor();
        const ranked = await board.locator('tbody th').allInnerTexts();
        expect(ranked).toEqual(['net@aaaa', 'persistence', 'net@bbbb', 'reversal']);
        expect(await board.locator('tbody tr').first().innerText()).toMatch(/0\.9500[\s\S]*< 0\.001/);
        await page.getByText('a leak was found').first().waitFor();
        await page.getByText(HOSTILE).waitFor();
        await page.getByRole('img', { name: 'Reliability: 0.47 said, 0.45 came (150 forecasts)' }).waitFor();
        await page.getByRole('region', { name: 'Skill of net@bbbb by regime' }).waitFor();
        await page.getByText('Brier score 0.2480, a coin 0.2500').waitFor();
        await page.getByRole('img', { name: 'Loss, scaled moves: validation, training' }).waitFor();
        await page.getByRole('link', { name: 'Model card' }).waitFor();
        expect(await faintTexts(page)).toEqual([]);
      });
    },
  );

  it('compares two versions: training, skill on the same window, and only the settings that differ', async () => {
    await at({ path: '#/models' }, async ({ page }) => {
      await page.getByText('The first has the smaller error.').waitFor();
      const rows = page.getByRole('region', { name: `Skill of both on ${STREAM}` }).locator('tbody tr');
      expect((await rows.first().innerText()).split(/\s{1,}/)).toEqual(
        expect.arrayContaining(['0.9500', '1.0400']),
      );
      const settings = page.getByRole('region', { name: 'Settings that differ' }).locator('tbody tr');
      expect(await settings.allInnerTexts()).toEqual(['params.dropout\t0.1\t0.3']);
      await page.getByLabel('First').selectOption('net@bbbb');
      await page.getByText('this one differs from itself in nothing').waitFor();
    });
  });
});
