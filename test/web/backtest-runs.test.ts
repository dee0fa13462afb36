import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { FIRST_BAR, seed, SOURCE } from '../api/made-records.js';
import { browserPath, buildPages, openBrowser, openPage } from './browser.js';
import { addBacktest } from './made-backtests.js';

const chromium = browserPath();
const WIDE = { viewport: { width: 1440, height: 900 } };

describe.skipIf(!chromium)('running a backtest in a browser (skipped where no Chromium is installed)', () => {
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
    browser = await openBrowser(chromium!);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await platform?.close();
    pages?.remove();
  });
  beforeEach(async () => {
    platform.stories.stories.clear();
    await watched?.close();
    watched = await openPage(browser, platform.url, WIDE);
  });

  const open = async () => {
    await watched.page.goto(`${platform.url}/#/backtests`);
    return watched.page;
  };
  const runForm = (page: typeof watched.page) => page.getByRole('form', { name: 'Run a backtest' });
  const started = () => [...platform.stories.stories.values()][0];

  it('starts a run with what was filled in, shows its progress, then the new result', async () => {
    const page = await open();
    const form = runForm(page);
    await form.getByLabel('Strategy').selectOption('rsi');
    await form.getByLabel('Strategy').selectOption('sma-cross');
    await form.getByLabel('fast', { exact: false }).fill('12');
    await form.getByLabel('Fee').fill('7.5');
    await form.getByLabel('Slippage').fill('');
    await form.getByLabel('Cash').fill('5000');
    await form.getByLabel('From').fill('2023-01-01');
    await form.getByRole('button', { name: 'Run backtest' }).click();
    await page.getByRole('region', { name: 'Started run' }).getByText('running').waitFor();
    expect(started()).toMatchObject({
      kind: 'runBacktest',
      input: {
        stream: 'binance/BTC-USDT/1h',
        source: SOURCE,
        strategy: 'sma-cross',
        params: { fast: 12, slow: 100 },
        feeBps: 7.5,
        cash: 5000,
        from: '2023-01-01',
      },
    });
    // What was left empty takes the story's default.
    expect(started()!.input).not.toHaveProperty('slippageBps');
    const { workflowId } = started()!;
    let lists = 0;
    page.on('request', (each) => void (lists += Number(each.url().includes('/backtests?'))));
    const before = lists;
    platform.stories.stories.set(workflowId, {
      ...started()!,
      status: 'completed',
      closedAt: FIRST_BAR + 2000,
      result: { id: 'bt_judged0' },
    });
    const link = page.getByRole('link', { name: 'The new result' });
    await link.waitFor();
    await page.getByRole('region', { name: 'Started run' }).getByText('Not distinguishable').waitFor();
    // The lists below know it without a reload.
    await expect.poll(() => lists).toBeGreaterThan(before);
    await link.click();
    await page.getByRole('heading', { name: 'Is it more than luck?' }).waitFor();
    expect(watched.faults).toEqual([]);
  });

  it.each([
    ['fast', '0', 'fast of sma-cross is 0; it must be a whole number from'],
    ['fast', 'many', 'input.params.fast'],
    ['fast', '500', 'sma-cross: fast'],
    ['Fee', '5000', 'input.feeBps'],
  ])(
    'says with the words of the API what is wrong with %s = %s, and starts nothing',
    async (label, value, words) => {
      const page = await open();
      await runForm(page).getByLabel(label).fill(value);
      await page.keyboard.press('Enter');
      await expect.poll(() => runForm(page).locator('output').textContent()).toContain(words);
      expect(platform.stories.stories.size).toBe(0);
    },
  );

  it('says why a started run failed', async () => {
    const page = await open();
    await runForm(page).getByRole('button', { name: 'Run backtest' }).click();
    await page.getByRole('region', { name: 'Started run' }).getByText('running').waitFor();
    const failure = { type: 'NotFoundError', message: 'No stored bars in the window' };
    const { workflowId } = started()!;
    platform.stories.stories.set(workflowId, {
      ...started()!,
      status: 'failed',
      closedAt: FIRST_BAR,
      failure,
    });
    await page.getByText('NotFoundError: No stored bars in the window').waitFor();
  });

  it('asks for the evaluation of a strategy that trades forecasts', async () => {
    const page = await open();
    await runForm(page).getByLabel('Strategy').selectOption('model-signal');
    await runForm(page).getByLabel('Forecasts of').waitFor();
    await runForm(page).getByRole('button', { name: 'Run backtest' }).click();
    await expect.poll(() => started()?.input).toMatchObject({ evaluation: 'evl_example' });
  });
});
