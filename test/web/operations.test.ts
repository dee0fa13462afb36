import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { madeDeployment } from './made-deployments.js';
import { BUSY } from './made-queues.js';
import { madeServing } from './made-serving.js';

const chromium = browserPath();
/** Each page, what it asks, and what it shows once that is answered. */
const PAGES = [
  ['deployments', '**/api/v1/deployments*', 'net@bbbb'],
  ['serving', '**/api/v1/serving', 'Loaded versions'],
  ['resources', '**/api/v1/resources', 'Machine of the API'],
] as const;
const problem = (status: number, detail: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: 'Failed', status, detail }),
});

describe.skipIf(!chromium)('operations in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
    platform.stories.queues.figures = async () => BUSY;
    platform.ports.serving.health = async () => madeServing;
    await platform.ports.documents.insert('deployments', [madeDeployment()]);
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });

  const at = async (
    options: { path: string; width?: number; scheme?: 'light' | 'dark'; before?(page: Page): Promise<void> },
    look: (watched: Watched) => Promise<void>,
  ): Promise<void> => {
    const watched = await openPage(browser, platform.url, {
      viewport: { width: options.width ?? 1440, height: 900 },
      colorScheme: options.scheme ?? 'light',
    });
    try {
      await options.before?.(watched.page);
      await watched.page.goto(`${platform.url}/#/${options.path}`);
      await look(watched);
      expect(await sidewaysScroll(watched.page)).toBe(0);
    } finally {
      await watched.close();
    }
  };

  it.each([
    [390, 'light'],
    [1440, 'dark'],
  ] as const)(
    'at %i pixels in %s: queues by urgency, workers, trainings, the machine',
    async (width, scheme) => {
      await at({ path: 'resources', width, scheme }, async ({ page, faults }) => {
        const row = page.getByRole('region', { name: 'Task queues' }).getByRole('row', { name: /^io/ });
        const words = (await row.innerText()).replaceAll(/\s+/g, ' ');
        expect(words).toMatch(/^io full 5,012 12 live\s?5,000 back-fill 12 min 34 s 40 12.1 8 of 8 1 \d+$/);
        await page.getByText('nobody works on it').waitFor();
        await page.getByText('Workers: 1').click();
        await page.getByText('4711@a-machine-with-a-very-long-name').waitFor();
        expect(await faintTexts(page)).toEqual([]);
        await page.getByRole('link', { name: 'train/made/1' }).click();
        await page.getByText('No run "train/made/1"').waitFor();
        expect(await page.locator('nav.group [aria-current=page]').innerText()).toBe('Runs');
        expect(faults.filter((each) => !each.includes('404'))).toEqual([]);
      });
    },
  );

  it.each([
    [390, 'dark'],
    [1440, 'light'],
  ] as const)(
    'at %i pixels in %s: backends with their circuits, and who stands in',
    async (width, scheme) => {
      await at({ path: 'serving', width, scheme }, async ({ page, faults }) => {
        await page.getByRole('alert').getByText('answers in place of the primary backends').waitFor();
        const rows = page.getByRole('region', { name: 'Serving backends' }).locator('tbody tr');
        const words = (await rows.nth(1).innerText()).replaceAll(/\s+/g, ' ');
        expect(words).toContain('circuit open primary 3 – – 120,345 12 (0.01 %) 0 UnreachableError');
        expect(await faintTexts(page)).toEqual([]);
        expect(faults).toEqual([]);
      });
    },
  );

  describe.each(PAGES)('%s', (path, asked, shown) => {
    it.each([500, 503])('says what the API says with %i, and goes on by itself', async (status) => {
      const fail = (route: Route): Promise<void> =>
        route.fulfill(problem(status, 'The store <b>does not</b> answer'));
      const before = async (page: Page): Promise<void> => {
        await page.clock.install();
        await page.route(asked, fail);
      };
      await at({ path, before, width: 390 }, async ({ page }) => {
        await page.getByRole('alert').getByText('The store <b>does not</b> answer').first().waitFor();
        await page.unroute(asked);
        await page.clock.fastForward(3100);
        await page.getByText(shown).first().waitFor();
        await expect.poll(() => page.getByText('does not').count()).toBe(0);
      });
    });

    it('says that it waits, and for how long already', async () => {
      let go = (): void => undefined;
      const held = new Promise<void>((done) => (go = done));
      const before = async (page: Page): Promise<void> => {
        await page.clock.install();
        await page.route(asked, async (route) => {
          await held;
          await route.fallback();
        });
      };
      await at({ path, before }, async ({ page, faults }) => {
        await page.getByText('Loading').first().waitFor();
        await page.clock.fastForward(15_100);
        await page.getByText('No answer for 15 s; still waiting').first().waitFor();
        go();
        await page.getByText(shown).first().waitFor();
        await expect.poll(() => page.getByText('still waiting').count()).toBe(0);
        expect(faults).toEqual([]);
      });
    });
  });
});
