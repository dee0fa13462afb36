import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CoverageInput } from '../../activities/coverage.js';
import type { Ports } from '../../adapters/ports.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, hourlyLines, START } from '../adapters/made-recordings.js';
import { recordedDirectory } from '../recorded.js';
import { madeSteps, madeVenue, type Steps } from './made-steps.js';

const stream = 'binance/BTC-USDT/1h';
const at = (index: number): number => START + index * HOUR;
const iso = (index: number): string => new Date(at(index)).toISOString();

let heals = 0;
/** What the story healBars does, in one process. */
async function heal(steps: Steps, input: CoverageInput & { recheck?: boolean }) {
  const { recheck = false, ...measure } = input;
  const found = await steps.measureStream(measure);
  const key = { stream: found.stream, source: found.source };
  let cursor: number | null = found.from;
  let open = null as Awaited<ReturnType<Steps['fillHoles']>>['open'];
  while (cursor !== null) ({ next: cursor, open } = await steps.fillHoles({ ...key, cursor, open, recheck }));
  return steps.settleHeal({ ...key, heal: `heal ${++heals}` });
}

async function drop(steps: Steps, bars: number, seed: string) {
  const { source } = await steps.measureStream({ stream });
  const plan = await steps.planDrill({ stream, source, drop: bars, seed });
  await steps.dropBars({ ...plan, principal: 'a test', tenant: 'default' });
  return { plan, report: await steps.measureStream({ stream }) };
}

const digestOf = async (ports: Ports, from: Awaited<ReturnType<Steps['measureStream']>>) =>
  ports.series.digest({
    stream: parseStream(stream),
    source: from.source,
    range: { from: -Infinity, to: Infinity },
    asOf: ports.now(),
  });

const holes = [100, 101, 102, 500, 900];
const lines = hourlyLines(2500).filter((_, i) => !holes.includes(i));

describe('coverage of a stream', () => {
  it('ends as exchange-closed where the venue has no bar, and nothing is invented', async () => {
    const { steps, ports } = await madeVenue(lines);
    const plan = await steps.resolveBars({ stream, source: 'live', from: iso(0) });
    for (let cursor: number | null = plan.from; cursor !== null;)
      ({ next: cursor } = await steps.fetchBars({ ...plan, cursor }));
    const report = await steps.measureCoverage(plan);
    expect(report).toMatchObject({ expected: 2500, missing: 0, exchangeClosed: 5, quarantined: 0 });
    const shown = await steps.measureStream({ stream });
    expect(shown).toMatchObject({ present: 2495, coverage: 1, listedAt: null, calendar: 'always' });
    expect(shown.gaps.map(({ from, bars, state }) => [(from - START) / HOUR, bars, state])).toEqual([
      [100, 3, 'exchange-closed'],
      [500, 1, 'exchange-closed'],
      [900, 1, 'exchange-closed'],
    ]);
    const stored = await ports.documents.find('coverage', { where: { stream } });
    expect(stored.items).toHaveLength(1);
  });

  it('heals dropped bars bit for bit, once, and says so in events and in the audit', async () => {
    const { steps, ports } = await madeVenue(lines);
    const whole = await heal(steps, { stream, source: 'live', from: iso(0) });
    expect(whole).toMatchObject({ healed: 2495, exchangeClosed: 5, missing: 0, coverage: 1 });
    const before = await digestOf(ports, whole);

    const { report, plan } = await drop(steps, 37, '7');
    expect(report).toMatchObject({ missing: 37, present: 2458, exchangeClosed: 5 });
    expect(new Set(plan.times).size).toBe(37);
    expect((await digestOf(ports, whole)).rows).toBe(2458);

    expect(await heal(steps, { stream })).toMatchObject({ healed: 37, coverage: 1, missing: 0 });
    expect(await digestOf(ports, whole)).toEqual(before);
    expect(await heal(steps, { stream })).toMatchObject({ healed: 0, coverage: 1, missing: 0 });

    const events = (await ports.events.recent({ limit: 20 })).map(({ type, payload }) => [
      type,
      payload['bars'],
    ]);
    expect(events).toEqual([
      ['bars.healed', 37],
      ['coverage.broken', 37],
      ['bars.healed', 2495],
      ['coverage.broken', 2500],
    ]);
    const audit = await ports.documents.find('audit', { where: { action: 'breakBars' } });
    expect(audit.items).toMatchObject([
      { principal: 'a test', target: stream, detail: { bars: 37, seed: '7' } },
    ]);
  });

  it('still owes bars that were dropped at its ends, and all of them', async () => {
    const { steps } = await madeVenue(hourlyLines(20));
    await heal(steps, { stream, source: 'live', from: iso(0) });
    const { report } = await drop(steps, 20, '1');
    expect(report).toMatchObject({ expected: 20, present: 0, missing: 20, coverage: 0 });
    expect(await heal(steps, { stream, source: 'live' })).toMatchObject({ healed: 20, coverage: 1 });
  });

  it('says the same when a step is repeated', async () => {
    const { steps } = await madeVenue(hourlyLines(50));
    const found = await steps.measureStream({ stream, source: 'live', from: iso(0) });
    const key = { stream, source: found.source };
    await steps.fillHoles({ ...key, cursor: found.from });
    const first = await steps.settleHeal({ ...key, heal: 'the same' });
    const again = await steps.settleHeal({ ...key, heal: 'the same' });
    expect([first.healed, again.healed]).toEqual([50, 50]);
  });

  it('begins where the venue begins, and knows that it was asked', async () => {
    const { steps } = await madeVenue(hourlyLines(50, at(1000)));
    const report = await heal(steps, { stream, source: 'live', from: iso(0) });
    expect(report).toMatchObject({ listedAt: at(1000), expected: 50, present: 50, missing: 0 });
  });

  it('keeps what an outage hid as missing until the venue answers', async () => {
    let down = true;
    const { steps } = await madeVenue(hourlyLines(300), (request) =>
      down && request.path.endsWith('klines') && request.query.has('startTime') ? { status: 503 } : null,
    );
    const measured = await steps.measureStream({ stream, source: 'live', from: iso(0) });
    expect(measured).toMatchObject({ missing: 300, present: 0 });
    const asked = steps.fillHoles({ stream, source: measured.source, cursor: measured.from });
    await expect(asked).rejects.toMatchObject({ name: 'UnreachableError' });
    expect((await steps.measureStream({ stream, source: 'live' })).missing).toBe(300);
    down = false;
    expect(await heal(steps, { stream, source: 'live' })).toMatchObject({ healed: 300, coverage: 1 });
  });

  it('asks again for what was proved closed only when told, since venues fill holes late', async () => {
    let late = false;
    const hide = (rows: unknown[]) => (late ? rows : rows.filter((row) => (row as number[])[0] !== at(20)));
    const { steps } = await madeVenue(hourlyLines(50), () => ({ change: hide }));
    expect(await heal(steps, { stream, source: 'live', from: iso(0) })).toMatchObject({ exchangeClosed: 1 });
    late = true;
    expect(await heal(steps, { stream })).toMatchObject({ exchangeClosed: 1, present: 49 });
    expect(await heal(steps, { stream, recheck: true })).toMatchObject({ exchangeClosed: 0, present: 50 });
  });

  it('holds a garbled row as quarantined, never as closed', async () => {
    const broken = hourlyLines(50).map((line, i) => (i === 20 ? line.replace(/,[^,]*,/, ',rubbish,') : line));
    const { steps } = await madeVenue(broken);
    const report = await heal(steps, { stream, source: 'live', from: iso(0) });
    expect(report).toMatchObject({ present: 49, quarantined: 1, exchangeClosed: 0, missing: 0 });
    expect(report.coverage).toBeCloseTo(49 / 50);
  });

  it('comes to an end over a hole of many pages, and proves all of it', async () => {
    const { steps } = await madeVenue([...hourlyLines(10), ...hourlyLines(10, at(30_000))]);
    const report = await heal(steps, { stream, source: 'live', from: iso(0) });
    expect(report).toMatchObject({ expected: 30_010, present: 20, exchangeClosed: 29_990, missing: 0 });
  });

  it.each([
    [{ stream: 'binance/BTC-USDT' }, /a stream is/],
    [{ stream }, /No stored bars of binance\/BTC-USDT\/1h/],
    [
      { stream, source: 'simulated', from: '2024-01-01', calendar: 'mars' as never },
      /Unknown calendar "mars"; known: always, nyse, lse, forex/,
    ],
    [{ stream, source: 'simulated', from: '2024-02-01', to: '2024-01-01' }, /is empty/],
  ])('refuses %j', async (input, message) => {
    await expect(madeSteps().steps.measureStream(input)).rejects.toThrow(message);
  });

  it('refuses a drill that is larger than the stream', async () => {
    const { steps } = await madeVenue(hourlyLines(20));
    await heal(steps, { stream, source: 'live', from: iso(0) });
    await expect(drop(steps, 21, '1')).rejects.toThrow(
      'Cannot drop 21 bars of binance/BTC-USDT/1h: 1 to 20 can be',
    );
  });
});

const shared = recordedDirectory();
describe.skipIf(!shared || !existsSync(join(shared, 'ohlcv/binance_spot_1h')))(
  'coverage of the recorded outages (skipped where the recording is missing)',
  () => {
    it('is five exchange-closed stretches, and a drill on it is healed', async () => {
      const { steps } = madeSteps();
      const whole = await heal(steps, {
        stream,
        source: `recorded:${shared}`,
        from: '2021-04-05',
        follow: true,
      });
      expect(whole).toMatchObject({ missing: 0, quarantined: 0, coverage: 1, calendar: 'always' });
      expect(whole.gaps.map(({ to, state }) => [new Date(to).toISOString().slice(0, 13), state])).toEqual([
        ['2021-04-20T04', 'exchange-closed'],
        ['2021-04-25T08', 'exchange-closed'],
        ['2021-08-13T06', 'exchange-closed'],
        ['2021-09-29T09', 'exchange-closed'],
        ['2023-03-24T14', 'exchange-closed'],
      ]);
      await drop(steps, 37, '3');
      expect(await heal(steps, { stream })).toMatchObject({ healed: 37, coverage: 1 });
    });
  },
);

describe.skipIf(!shared || !existsSync(join(shared, 'ohlcv/backtesting_py')))(
  'coverage of recorded markets that close (skipped where the recording is missing)',
  () => {
    it.each([
      ['GOOG', 'somewhere/GOOG-USD/1d', 86_400_000, { calendar: 'nyse', expected: 2148, outside: 0 }],
      ['EURUSD', 'somewhere/EUR-USD/1h', HOUR, { calendar: 'forex', expected: 4998, outside: 2 }],
    ] as const)('%s is whole by its sessions, and a lost bar is missed', async (name, id, step, counts) => {
      const { steps, ports } = madeSteps();
      const [, ...rows] = readFileSync(join(shared ?? '', `ohlcv/backtesting_py/${name}.csv`), 'utf8')
        .trim()
        .split('\n');
      const bars = rows.map((row) => {
        const [text = '', ...cells] = row.split(',');
        const time = Date.parse(text.includes(' ') ? text.replace(/ (.*)/, 'T$1Z') : text);
        const [open = 0, high = 0, low = 0, close = 0, volume = 0] = cells.map(Number);
        return { time, open, high, low, close, volume, knownAt: time + step };
      });
      const source = { kind: 'recorded', detail: '' } as const;
      await ports.series.write({ stream: parseStream(id), bars, source });
      expect(await steps.measureStream({ stream: id })).toMatchObject({ ...counts, missing: 0, coverage: 1 });
      await ports.series.remove({ stream: parseStream(id), source, bars: bars.slice(100, 101) });
      expect(await steps.measureStream({ stream: id })).toMatchObject({
        calendar: counts.calendar,
        missing: 1,
        gaps: [{ from: bars[100]?.time, bars: 1, state: 'missing' }],
      });
    });
  },
);
