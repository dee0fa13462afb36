import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../api/made-platform.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';
import { madeStory } from '../api/made-stories.js';
import { browserPath, buildPages, openBrowser, openPage, type Watched } from './browser.js';

const chromium = browserPath();
const ID = 'research/live';

const running = (states: Record<string, 'waiting' | 'running' | 'done' | 'failed'>, stage: string) =>
  madeStory({
    workflowId: ID,
    status: 'running',
    closedAt: null,
    result: null,
    progress: {
      stage,
      steps: Object.entries(states).map(([name, state]) => ({ name, state, detail: '' })),
      retrying: [],
    },
  });

describe.skipIf(!chromium)('runs in a browser (skipped where no Chromium is installed)', () => {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let platform: TestPlatform;
  let watched: Watched;

  beforeAll(async () => {
    pages = await buildPages();
    platform = await startTestPlatform({ adminKey: '', webDirectory: pages.directory });
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
    watched = await openPage(browser, platform.url, { viewport: { width: 390, height: 900 } });
  });

  const open = async (): Promise<void> => void (await watched.page.goto(`${platform.url}/#/runs`));

  it('starts the main job from the form with what was filled in', async () => {
    await open();
    const { page } = watched;
    await page.getByLabel('Symbols').fill('BTC/USDT, SOL/USDT');
    await page.getByLabel('Source').fill('simulated:7');
    await page.getByLabel('Timeframe').selectOption('4h');
    await page.getByLabel('From').fill('2023-01-01');
    await page.getByRole('button', { name: 'Start run' }).click();
    await expect.poll(() => page.locator('output').textContent()).toMatch(/^Started: research\//);
    const [story] = [...platform.stories.stories.values()];
    expect(story).toMatchObject({
      kind: 'research',
      input: {
        symbols: ['BTC/USDT', 'SOL/USDT'],
        timeframe: '4h',
        source: 'simulated:7',
        from: '2023-01-01',
      },
    });
    await page.getByRole('heading', { name: story!.workflowId }).waitFor();
    expect(watched.faults).toEqual([]);
  });

  it('says what was wrong with the input, and starts nothing', async () => {
    await open();
    const { page } = watched;
    await page.getByLabel('Symbols').fill(' , ');
    await page.getByRole('button', { name: 'Start run' }).click();
    await expect.poll(() => page.locator('output').textContent()).toContain('input.symbols');
    expect(platform.stories.stories.size).toBe(0);
  });

  it('shows progress as it happens, then the outcome with the report', async () => {
    platform.stories.stories.set(ID, running({ plan: 'done', bars: 'running', news: 'waiting' }, 'bars'));
    await open();
    const { page } = watched;
    const run = page.getByRole('article', { name: ID });
    await run.getByText('bars, 1 of 3 steps done').waitFor();
    expect(await run.locator('li.running').textContent()).toContain('bars');
    platform.stories.stories.set(ID, running({ plan: 'done', bars: 'done', news: 'running' }, 'news'));
    await run.getByText('news, 2 of 3 steps done').waitFor({ timeout: 2000 });
    platform.stories.stories.set(ID, madeStory({ workflowId: ID }));
    await run.getByText('completed').waitFor();
    expect(await run.getByRole('link', { name: 'Report' }).getAttribute('href')).toMatch(
      /^\/api\/v1\/runs\/run_[0-9a-f]{32}\/report$/,
    );
    expect(watched.faults).toEqual([]);
  });

  it('says why a run failed, and at which step', async () => {
    const failure = { type: 'InvalidInputError', message: 'No recording of NOPE/USDT' };
    const { progress } = running({ plan: 'failed', bars: 'waiting' }, 'waiting');
    platform.stories.stories.set(ID, madeStory({ workflowId: ID, status: 'failed', failure, progress }));
    await open();
    await watched.page.getByText('InvalidInputError: No recording of NOPE/USDT').waitFor();
    await watched.page.getByText('failed at plan').waitFor();
    expect(watched.faults).toEqual([]);
  });

  it('tells the runs of one workflow id apart', async () => {
    const old = 'aaaaaaaa-89ab-cdef-0123-456789abcdef';
    const ports = platform.ports.documents;
    const record = { id: `run_${old.replaceAll('-', '')}`, kind: 'research', workflowId: ID, output: null };
    const times = { startedAt: FIRST_BAR, finishedAt: FIRST_BAR + HOUR };
    await ports.insert('runs', [
      { ...record, ...times, status: 'failed', input: {}, error: 'the older one', source: SOURCE },
    ]);
    const newest = madeStory({ workflowId: ID });
    platform.stories.stories.set(ID, newest);
    const { input: _i, progress: _p, result: _r, failure: _f, ...summary } = newest;
    const items = [summary, { ...summary, runId: old, status: 'failed' }];
    await watched.page.route('**/api/v1/runs?*', (route) =>
      route.fulfill({ json: { items, cursor: null, asOf: FIRST_BAR } }),
    );
    await open();
    await watched.page.getByText('the older one').waitFor();
    expect(watched.faults).toEqual([]);
  });

  it('cancels a run', async () => {
    platform.stories.stories.set(ID, running({ plan: 'running' }, 'plan'));
    await open();
    await watched.page.getByRole('button', { name: 'Cancel' }).click();
    await watched.page.getByRole('article', { name: ID }).getByText('cancelled').waitFor();
    expect(platform.stories.stories.get(ID)?.status).toBe('cancelled');
  });
});
