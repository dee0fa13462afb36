import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../domain/report/index.js';
import { browserPath, faintTexts, openBrowser, openPage, sidewaysScroll } from './browser.js';
import { renderTearSheet } from '../../domain/report/tear-sheet.js';
import { madeReport } from './made-report.js';
import { madeTearSheet } from './made-tear-sheet.js';

const chromium = browserPath();

describe('the report as text', () => {
  const html = renderReport(madeReport());

  it('loads and runs nothing, whatever stood in the feeds', () => {
    expect(html).not.toMatch(/<script|<link[^>]+href="(?!data:)|\bsrc=|url\(|@import/);
    expect(html).toContain('&#60;script&#62;');
  });

  it('never prints NaN, undefined or null', () => {
    expect(html.replace(/<style>.*<\/style>/s, '')).not.toMatch(/NaN|undefined|\bnull\b|Infinity/);
  });

  it('says how the window is run again', () => {
    expect(html).toContain('--source simulated:1 --symbols BTC/USDT --timeframe 1h --exchange binance');
    expect(html).toContain('--fee-bps 10 --slippage-bps 2');
  });
});

describe.skipIf(!chromium)('the report in a browser (skipped where no Chromium is installed)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-report-'));
  const file = join(directory, 'report.html');
  const sheet = join(directory, 'tear-sheet.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(file, renderReport(madeReport()));
    writeFileSync(sheet, renderTearSheet(madeTearSheet()));
    browser = await openBrowser(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const cases = [1440, 390].flatMap((width) =>
    (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
  );
  it.each(cases)('opens from disk without a network at $width px in $scheme', async ({ width, scheme }) => {
    const address = pathToFileURL(file).href;
    const options = { viewport: { width, height: 900 }, colorScheme: scheme, offline: true };
    const { page, faults, close } = await openPage(browser, address, options);
    await page.goto(address);
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
    for (const words of [
      'simulated',
      'as of 2023-02-11 16:00 UTC',
      '10 bps fee + 2 bps slippage a side',
      '95 … 107',
      'persistence',
      'reversal',
      'Against: a test.',
      'digest-of-bars',
      'digest-of-model',
      'digest-of-model-signal',
      'Time, UTC',
    ])
      expect(text).toContain(words);
    // Two windows, each a chart drawn for this width.
    expect(await page.locator('figure svg:visible').count()).toBe(2);
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await faintTexts(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it.each(cases)('so does a tear sheet at $width px in $scheme', async ({ width, scheme }) => {
    const address = pathToFileURL(sheet).href;
    const options = { viewport: { width, height: 900 }, colorScheme: scheme, offline: true };
    const { page, faults, close } = await openPage(browser, address, options);
    await page.goto(address);
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
    for (const words of ['Not distinguishable from luck.', 'Rolling Sharpe', 'digest-of-result', '▲ bought'])
      expect(text).toContain(words);
    // Equity, drawdown, rolling Sharpe, distribution, trades.
    expect(await page.locator('figure svg:visible').count()).toBe(5);
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await faintTexts(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });
});
