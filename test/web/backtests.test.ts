import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { FIRST_BAR, seed } from '../api/made-records.js';
import { browserPath, buildPages, faintTexts, openBrowser, openPage, sidewaysScroll } from './browser.js';
import { addBacktest } from './made-backtests.js';

const chromium = browserPath();
const WIDE = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 900 } };

describe.skipIf(!chromium)('stored backtests in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;
  let watched: Awaited<ReturnType<typeof openPage>>;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    await seed(platform.ports);
    await platform.ports.documents.remove('principals', ['pri_removable']);
    await addBacktest(platform.ports, { id: 'bt_judged0', trades: 600, spec: { params: { fast: 30 } } });
    await addBacktest(platform.ports, { id: 'bt_holding', spec: { strategy: 'buy-and-hold', params: {} } });
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });
  beforeEach(async () => {
    await watched?.close();
    watched = await openPage(browser, platform.url, WIDE);
  });

  const open = async (path = '', on = watched) => {
    await on.page.goto(`${platform.url}/#/backtests${path}`);
    return on.page;
  };

  it('shows a result with verdict, figures beside holding, trades, digest and conventions', async () => {
    const page = await open('/bt_judged0');
    await page.getByText('Not distinguishable from luck: after 12 trials').waitFor();
    const text = await page.locator('main').innerText();
    const facts = [
      '41.0 %',
      '1.00 (−0.50 … 2.25)',
      '813',
      '10 bps fee and 2 bps slippage',
      'fast 30',
      'simulated:1',
    ];
    for (const each of [...facts, 'as of 2023-01-01 02:00 UTC', '100 % of the equity', 'vectorised'])
      expect(text).toContain(each);
    await page.getByRole('heading', { name: 'Trades, the first 500 of 600' }).waitFor();
    expect(await page.getByRole('region', { name: 'Trades' }).locator('tbody tr').count()).toBe(500);
    await page.getByText('Conventions').click();
    await page.getByText('fills at the next open').waitFor();
    // The stored run of buy-and-hold over the same window is drawn beside it.
    await page.locator('.legend').getByText('buy-and-hold').waitFor();
    expect(await page.getByRole('link', { name: 'Tear sheet' }).getAttribute('href')).toBe(
      '/api/v1/backtests/bt_judged0/report',
    );
    expect(watched.faults).toEqual([]);
  });

  it('lists searches, sweeps and comparisons, each with its page', async () => {
    const page = await open();
    const texts = {
      Searches: ['0.31 (−0.60 … 1.20)', 'fast 7', '1.25'],
      Sweeps: ['fast 5, slow 50', '0.80'],
      Comparisons: ['donchian leads, but is not distinguishable from luck', '0.123'],
    };
    for (const [name, expected] of Object.entries(texts)) {
      const table = page.getByRole('region', { name, exact: true });
      await table.waitFor();
      const text = await table.innerText();
      for (const each of expected) expect(text).toContain(each);
    }
    const link = page.getByRole('region', { name: 'Sweeps' }).getByRole('link', { name: 'Report' });
    expect(await link.getAttribute('href')).toBe('/api/v1/sweeps/sw_example/report');
    expect(watched.faults).toEqual([]);
  });

  it('opens the tear sheet in a tab of its own', async () => {
    const page = await open('/bt_judged0');
    const [sheet] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Tear sheet' }).click(),
    ]);
    await expect.poll(() => sheet.title()).toBe('sheet');
  });

  it.each(['light', 'dark'] as const)(
    'fits a phone in %s, with a result and with the forms',
    async (scheme) => {
      const phone = await openPage(browser, platform.url, { ...PHONE, colorScheme: scheme });
      try {
        for (const path of ['/bt_judged0', '']) {
          const page = await open(path, phone);
          await page.getByText(path ? 'Trades, the first' : 'All results').waitFor();
          await expect.poll(() => page.locator('canvas').count()).toBeGreaterThan(0);
          expect(await sidewaysScroll(page)).toBe(0);
          expect(await faintTexts(page)).toEqual([]);
        }
        expect(phone.faults).toEqual([]);
      } finally {
        await phone.close();
      }
    },
  );

  it('compares the chosen results of a window', async () => {
    const page = await open();
    const table = page.getByRole('region', { name: 'Chosen results beside each other' });
    await expect.poll(() => table.locator('thead th').count()).toBe(3);
    const second = page.getByRole('checkbox', { name: 'sma-cross fast 20, bt_exampl' });
    await second.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => table.locator('thead th').count()).toBe(4);
    await page.locator('.legend').getByText('sma-cross fast 20, bt_exampl').waitFor();
    expect(await table.innerText()).toContain('−0.50 … 2.25');
    await second.uncheck();
    await expect.poll(() => table.locator('thead th').count()).toBe(3);
    expect(watched.faults).toEqual([]);
  });

  it('filters the history and leafs through it by cursor', async () => {
    for (let i = 0; i < 60; i++)
      await addBacktest(platform.ports, {
        id: `bt_many${String(i).padStart(2, '0')}`,
        spec: { strategy: 'donchian', params: { entry: 10 + i } },
        createdAt: FIRST_BAR - 1000 - i,
      });
    const page = await open();
    const rows = page.getByRole('region', { name: 'All backtests' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => rows.count()).toBe(14);
    await page.getByRole('button', { name: 'Newer' }).click();
    await expect.poll(() => rows.count()).toBe(50);
    await page.locator('.filters').getByLabel('Strategy').selectOption('buy-and-hold');
    await expect.poll(() => rows.count()).toBe(1);
    await page.locator('.filters').getByLabel('Strategy').selectOption('macd');
    await page.getByText('No backtest fits this filter.').waitFor();
    await platform.ports.documents.remove(
      'backtests',
      Array.from({ length: 60 }, (_, i) => `bt_many${String(i).padStart(2, '0')}`),
    );
    expect(watched.faults).toEqual([]);
  });

  it('deletes a result after it was asked once more', async () => {
    const page = await open('/bt_removable');
    await page.getByRole('button', { name: 'Delete' }).click();
    // The harmless answer has the focus, and after it the question again.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Keep');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Delete');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Yes, delete' }).click();
    await page.getByRole('heading', { name: 'All results' }).waitFor();
    expect(await platform.ports.documents.get('backtests', 'bt_removable')).toBeNull();
    expect(watched.faults).toEqual([]);
  });

  it('offers a viewer no deletion', async () => {
    const locked = await startTestPlatform({ webDirectory: pages.directory });
    const body = { name: 'looks', roles: ['viewer'] };
    try {
      await seed(locked.ports);
      const made = await locked.call('/api/v1/principals', { method: 'POST', body, key: ADMIN_KEY });
      const { key } = (await made.json()) as { key: string };
      await watched.page.goto(`${locked.url}/`);
      await watched.page.evaluate((value) => sessionStorage.setItem('finsight.key', value), key);
      await watched.page.goto(`${locked.url}/#/backtests/bt_example`);
      await watched.page.reload();
      // With a key the sheet is fetched first: a button.
      await watched.page.getByRole('button', { name: 'Tear sheet' }).waitFor();
      await watched.page.waitForLoadState('networkidle');
      expect(await watched.page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    } finally {
      await locked.close();
    }
  });
});
