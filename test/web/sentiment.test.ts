import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { article, HOUR, score, START } from '../adapters/made-articles.js';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
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
const HOSTILE = '<img src=x onerror="document.title=1">';

describe.skipIf(!chromium)('sentiment in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    const { documents } = platform.ports;
    const sad = { label: 'negative' as const, probabilities: { negative: 1, neutral: 0, positive: 0 } };
    const opinions = (['BTC', 'ETH'] as const).map((asset) => ({
      ...{ asset, by: 'clause' as const, abstained: false, reason: null },
      ...(asset === 'ETH'
        ? sad
        : { ...sad, label: 'positive' as const, probabilities: { negative: 0, neutral: 0, positive: 1 } }),
    }));
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `art_m${i}`, hours: 40, title: `Report ${i}` }));
    const told = [
      { id: 'art_old', hours: 0, title: `Old story ${HOSTILE}` },
      { id: 'art_both', hours: 30, title: 'Bitcoin gains, Ethereum does not', targets: opinions },
      ...many,
    ];
    await documents.insert(
      'articles',
      told.map(({ id, title }) => article(id, { title, tickers: ['BTC'] })),
    );
    await documents.insert(
      'scores',
      told.map(({ id, hours, targets }: (typeof told)[number] & { targets?: typeof opinions }) =>
        score(id, 'positive', 'ngram@1', {
          tickers: ['BTC', 'ETH'],
          knownAt: START + hours * HOUR,
          ...(targets ? { targets } : {}),
        }),
      ),
    );
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });

  const at = async (
    options: { asset: string; width: number; scheme: 'light' | 'dark' },
    look: (watched: Watched) => Promise<void>,
  ): Promise<void> => {
    const viewport = { width: options.width, height: 900 };
    const watched = await openPage(browser, platform.url, { viewport, colorScheme: options.scheme });
    try {
      await watched.page.goto(`${platform.url}/#/sentiment/${options.asset}`);
      await look(watched);
      expect(await sidewaysScroll(watched.page)).toBe(0);
      expect(watched.faults).toEqual([]);
    } finally {
      await watched.close();
    }
  };

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1440, 'light'],
    [1440, 'dark'],
  ] as const)('at %i pixels in %s: panels, articles, models, nothing faint', async (width, scheme) => {
    await at({ asset: 'BTC', width, scheme }, async ({ page }) => {
      await page.getByRole('img', { name: 'Index, −1 … 1: index' }).waitFor();
      await page.getByRole('img', { name: 'New articles: new articles' }).waitFor();
      await page.getByText('No bars of BTC are stored').waitFor();
      await page.getByRole('region', { name: 'Sentiment models and their figures' }).waitFor();
      await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
      await page.getByRole('img', { name: 'Reliability: 0.60 said, 0.62 came (40 texts)' }).waitFor();
      expect(await faintTexts(page)).toEqual([]);
    });
  });

  it('lists the articles behind the point that was clicked or chosen by keyboard', async () => {
    await at({ asset: 'BTC', width: 1440, scheme: 'light' }, async ({ page }) => {
      await page.getByText('Articles behind 2024-01-02 16:00 UTC').waitFor();
      await expect.poll(() => page.locator('.scored li').count()).toBe(6);
      await page.getByRole('button', { name: 'Show more' }).click();
      await expect.poll(() => page.locator('.scored li').count()).toBe(14);
      await page.getByRole('slider', { name: 'Point' }).focus();
      for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
      await page.getByText('Articles behind 2024-01-02 06:00 UTC').waitFor();
      await page.getByText('BTC (counted): positive').waitFor();
      await page.getByText('ETH: negative').waitFor();
      await page.getByText(HOSTILE).waitFor();
      // A third of the way through 30 days nothing was known yet.
      await page
        .locator('.u-over')
        .first()
        .click({ position: { x: 300, y: 60 } });
      await page.getByText('No article was known in this window.').waitFor();
    });
  });

  it('counts for another asset what was said of that, and follows range and half-life', async () => {
    await at({ asset: 'ETH', width: 1440, scheme: 'light' }, async ({ page }) => {
      await page.getByText('index 0.89').first().waitFor();
      await page.getByLabel('Half-life').selectOption('6h');
      await page.getByText('weighing half after 6 h').waitFor();
      await page.getByLabel('Range').selectOption('1 year');
      await page.getByText('Articles behind 2024-01-03 00:00 UTC').waitFor();
    });
  });

  it('says that nothing was scored of an asset', async () => {
    await at({ asset: 'DOGE', width: 390, scheme: 'dark' }, async ({ page }) => {
      await page.getByText('No scored articles about DOGE yet.').waitFor();
      await page.getByText('No article names DOGE yet.').waitFor();
    });
  });
});
