import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { HOUR } from '../api/made-records.js';
import {
  browserPath,
  buildPages,
  faintTexts,
  openBrowser,
  openPage,
  sidewaysScroll,
  type Watched,
} from './browser.js';
import { evaluation, HOSTILE, STREAM, version } from './made-models.js';

const chromium = browserPath();

describe.skipIf(!chromium)('models in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    const { documents, objects } = platform.ports;
    const onnx = await objects.put('models/aaaa.onnx', new TextEncoder().encode('a graph'));
    await documents.insert('aliases', [
      {
        ...{ id: 'net:champion:simulated-1', name: 'net', sourceKey: 'simulated-1', alias: 'champion' },
        ...{ model: 'mdl_net@aaaa', evaluations: [], updatedAt: 0 },
      },
    ]);
    await documents.insert('models', [
      { ...version({ version: 'aaaa', at: 0, dropout: 0.1 }), onnx },
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
      const environments = page.getByRole('region', { name: 'Environments that differ' }).locator('tbody tr');
      expect(await environments.allInnerTexts()).toEqual(['code\t0.1.0+aaaa\t0.1.0+bbbb']);
      await page.getByLabel('First').selectOption('net@bbbb');
      await page.getByText('this one differs from itself in nothing').waitFor();
    });
  });

  it('gives the files of a version after their digests were checked, and says where one is gone', async () => {
    await at({ path: '#/models/net%40aaaa', width: 390 }, async ({ page }) => {
      await page.getByTitle('An alias that leads to it').getByText('champion-simulated-1').waitFor();
      await page.getByText('Files', { exact: true }).click();
      await page.getByText('stored', { exact: true }).waitFor();
      const loaded = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download model.onnx' }).click();
      const file = await loaded;
      expect(file.suggestedFilename()).toBe('model.onnx');
      expect(readFileSync(await file.path(), 'utf8')).toBe('a graph');
    });
    await at({ path: '#/models/net%40bbbb' }, async ({ page, faults }) => {
      await page.getByText('Files', { exact: true }).click();
      await page.getByText('missing or changed').waitFor();
      await page.getByRole('button', { name: 'Download model.onnx' }).click();
      await page.getByRole('region', { name: 'Files of mdl_net@bbbb' }).getByRole('alert').waitFor();
      // The refusal is also in the console.
      expect(faults.splice(0)).toHaveLength(1);
    });
  });
});
