import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import { canary, DIGEST, longNamed, madeDeployment } from './made-deployments.js';
import { evaluation, version } from './made-models.js';

const chromium = browserPath();
const ADDRESS = '#/deployments/net%3Asimulated-1';

describe.skipIf(!chromium)('deployments in a browser (skipped where no Chromium is installed)', () => {
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
  const store = async (...records: ReturnType<typeof madeDeployment>[]): Promise<void> => {
    for (const each of records)
      await platform.ports.documents.update('deployments', each.id, () => each as never);
  };
  beforeEach(() => store(madeDeployment()));

  const at = async (
    options: { path: string; width?: number; scheme?: 'light' | 'dark'; faults?: boolean },
    look: (watched: Watched) => Promise<void>,
  ): Promise<void> => {
    const watched = await openPage(browser, platform.url, {
      viewport: { width: options.width ?? 1440, height: 900 },
      colorScheme: options.scheme ?? 'light',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    try {
      await watched.page.goto(`${platform.url}/${options.path}`);
      await look(watched);
      expect(await sidewaysScroll(watched.page)).toBe(0);
      if (!options.faults) expect(watched.faults).toEqual([]);
    } finally {
      await watched.close();
    }
  };

  it.each([
    [390, 'dark'],
    [1440, 'light'],
  ] as const)('at %i pixels in %s: stages, evidence side by side, checks, traffic', async (width, scheme) => {
    await store(longNamed);
    await at({ path: '#/deployments', width, scheme }, async ({ page }) => {
      // What waits for a decision is shown first.
      const card = page.locator('.card').filter({ has: page.getByRole('list', { name: 'Stages' }) });
      expect(await card.getByRole('list').first().innerText()).toMatch(
        /evidence done, .*\s+shadow done, .*\s+approval now, .*\s+canary waiting\s+promoted waiting/,
      );
      await page.getByRole('img', { name: 'Requests: 100 % net@aaaa' }).waitFor();
      await card.getByText('operators and administrators, but not pri_trainer').waitFor();
      await page.getByText('the <b>future</b> shuffled changes 0.5').waitFor();
      const held = page.getByRole('region', { name: /^Champion against candidate on binance/ });
      await held.waitFor();
      const rows = (await held.locator('tbody tr').allInnerTexts()).map((each) => each.split('\t'));
      expect(rows).toContainEqual(['error × persistence', '0.9500', '1.0400', 'persistence 1']);
      expect(rows).toContainEqual(['leak audit', 'passed', 'a leak was found', '']);
      const shadow = page.getByRole('region', { name: 'Shadow: champion against candidate' });
      expect(await shadow.getByRole('row', { name: /failure rate/ }).innerText()).toContain('0.25 %');
      const names = page.getByRole('region', { name: 'Deployments' }).locator('tbody th');
      expect(await names.allInnerTexts()).toHaveLength(2);
      expect(await faintTexts(page)).toEqual([]);
    });
  });

  /** A problem of the API, in its own words. */
  const refusal = (status: number, detail: string) => ({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: 'Refused', status, detail }),
  });

  it('approves what was shown, by keyboard, after a step that shows it; says what the API refuses', async () => {
    await at({ path: ADDRESS, faults: true }, async ({ page }) => {
      const sent: unknown[] = [];
      let answer: object = refusal(403, 'pri_trainer trained net@bbbb: another principal must approve it');
      await page.route('**/approve', async (route) => {
        sent.push(route.request().postDataJSON());
        await route.fulfill(answer);
      });
      const approve = page.getByRole('button', { name: 'Approve', exact: true });
      await approve.focus();
      await page.keyboard.press('Enter');
      // The harmless answer has the focus, and gives it back.
      await page.keyboard.press('Enter');
      expect(sent).toEqual([]);
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Approve');
      await page.keyboard.press('Enter');
      const form = page.getByRole('form', { name: 'Approve net' });
      await form.getByText(DIGEST).waitFor();
      await form.getByText('1 of 2 checks failed').waitFor();
      await form.getByLabel('Comment').fill('read it all');
      await form.getByRole('button', { name: 'Yes, approve' }).click();
      await form.getByRole('alert').getByText('another principal must approve it').waitFor();
      expect(sent).toEqual([{ evidenceSha256: DIGEST, comment: 'read it all' }]);

      // The evidence changes while the step is open: what was shown is what is sent.
      await store(madeDeployment({ evidenceSha256: 'e2'.repeat(32), updatedAt: Date.now() }));
      await page.getByText('e2e2e2e2e2e2').waitFor();
      const decided = madeDeployment({ ...canary, updatedAt: Date.now() + 1 });
      answer = { json: decided };
      await store(decided);
      await form.getByRole('button', { name: 'Yes, approve' }).click();
      await page.getByRole('status').getByText('Approved.').waitFor();
      expect(sent.at(-1)).toMatchObject({ evidenceSha256: DIGEST });
      await page.getByRole('img', { name: 'Requests: 75 % net@aaaa, 25 % net@bbbb' }).waitFor();
    });
  });

  it('rolls back with a reason, and rejects with a comment, never without', async () => {
    await store(madeDeployment(canary));
    await at({ path: ADDRESS, width: 390, scheme: 'dark' }, async ({ page }) => {
      const sent: unknown[] = [];
      const back = madeDeployment({ ...canary, stage: 'rolledBack', percent: 0, updatedAt: Date.now() });
      await page.route('**/rollback', async (route) => {
        sent.push(route.request().postDataJSON());
        await store(back);
        await route.fulfill({ json: back });
      });
      await page.getByRole('button', { name: 'Roll back' }).click();
      await page.getByText('net@bbbb is taken back; net@aaaa answers every request').waitFor();
      await page.getByRole('button', { name: 'Yes, roll back' }).click();
      expect(sent).toEqual([]);
      await page.getByLabel('Reason').fill('too slow');
      expect(await faintTexts(page)).toEqual([]);
      await page.getByRole('button', { name: 'Yes, roll back' }).click();
      await page.getByRole('status').getByText('Rolled back.').waitFor();
      expect(sent).toEqual([{ reason: 'too slow' }]);
      expect(await page.getByRole('list', { name: 'Stages' }).innerText()).toMatch(/rolled back$/);
    });
  });

  it('gives a command that can be copied, with a code made on request', async () => {
    await at({ path: ADDRESS, width: 390 }, async ({ page }) => {
      await page.route('**/approval-code', (route) =>
        route.fulfill({ json: { code: "fsa1.it's", expiresAt: Date.UTC(2023, 0, 1, 0, 15) } }),
      );
      await page.getByText('From the command line').click();
      expect(await page.getByText('fsa1').count()).toBe(0);
      await page.getByRole('button', { name: 'Get an approval code' }).click();
      await page.getByText('The code expires 2023-01-01 00:15 UTC').waitFor();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('status').getByText('Copied.').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        `temporal workflow update execute --workflow-id 'deployment/net' --name approve --input '{"code":"fsa1.it'\\''s","evidenceSha256":"${DIGEST}"}'`,
      );
    });
  });

  it('proposes a version from its own page', async () => {
    // The two versions have no rows to be paired: the page of versions says so.
    await at({ path: '#/models/net%40aaaa', faults: true }, async ({ page }) => {
      const sent: unknown[] = [];
      await page.route('**/api/v1/deployments', async (route) => {
        if (route.request().method() !== 'POST') return route.fallback();
        sent.push(route.request().postDataJSON());
        await route.fulfill({ status: 202, json: madeDeployment() });
      });
      await page.getByRole('link', { name: 'Deploy', exact: true }).click();
      await expect.poll(() => page.getByLabel('Version').inputValue()).toBe('net@aaaa');
      await page.getByRole('button', { name: 'Start deployment' }).click();
      await expect.poll(() => page.url()).toContain(ADDRESS);
      expect(sent).toEqual([{ model: 'net@aaaa' }]);
    });
  });
});
