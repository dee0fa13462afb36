import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { article } from '../adapters/made-articles.js';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { browserPath, buildPages, openBrowser, openPage, type Watched } from './browser.js';

const chromium = browserPath();
const HOSTILE = '<img src=x onerror="document.title=1">';

describe.skipIf(!chromium)('news in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;
  let watched: Watched;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    const { documents } = platform.ports;
    await documents.insert('articles', [
      article('art_1', {
        title: 'Bitcoin funds see inflows',
        text: `Analysts point to exchange traded funds. ${HOSTILE}`,
        tickers: ['BTC'],
        storyId: 'sto_1',
      }),
      article('art_2', {
        title: 'Solana outage',
        feed: 'decrypt',
        tickers: ['SOL'],
        url: 'javascript:alert(1)',
      }),
    ]);
    await documents.insert('stories', [
      { id: 'sto_1', title: 'Inflows', lastAt: 1_704_067_200_000, feeds: ['coindesk'], tickers: ['BTC'] },
    ]);
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });
  beforeEach(async () => {
    watched = await openPage(browser, platform.url, { viewport: { width: 390, height: 900 } });
  });
  afterEach(async () => {
    const { page, faults } = watched;
    expect(faults).toEqual([]);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    await watched.close();
  });

  const open = async (address: string): Promise<void> =>
    void (await watched.page.goto(`${platform.url}/#/${address}`));

  it('finds articles by words and asset, marks what was asked for, and says when nothing matches', async () => {
    await open('news');
    const { page } = watched;
    await page.getByText('Solana outage').waitFor();
    await page.getByRole('searchbox').fill('"exchange traded"');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(() => page.locator('mark').allTextContents()).toContain('exchange traded');
    expect(await page.getByText('Solana outage').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Asset' }).fill('SOL');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No article matches').waitFor();
  });

  it('shows an article as text, whatever it holds, and no address that is none of the web', async () => {
    await open('news/art_1');
    const { page } = watched;
    await page.getByText(HOSTILE).waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('link', { name: 'Story' }).click();
    await page.getByRole('heading', { name: 'Inflows' }).waitFor();
    await open('news/art_2');
    await page.getByRole('heading', { name: 'Solana outage' }).waitFor();
    expect(await page.getByRole('link', { name: 'Original' }).count()).toBe(0);
  });

  it('lists the sources with their health, and pauses one', async () => {
    await open('sources');
    const { page } = watched;
    const row = page.getByRole('article', { name: 'Source own', exact: true });
    await row.getByText('never collected').waitFor();
    await row.getByRole('button', { name: 'Pause' }).click();
    await row.getByRole('button', { name: 'Resume' }).waitFor();
    const stored = (await (await platform.call('/api/v1/sources/own', { key: null })).json()) as {
      state: string;
    };
    expect(stored.state).toBe('paused');
  });
});
