import type { BarColumns } from '../bars.js';
import { seededNormal, seededRandom } from '../random.js';
import { resolveParams, STRATEGIES } from '../strategies/index.js';
import { auditLookahead, type AuditOptions, type AuditReport } from './audit.js';
import { latestBars, punctual, type BarVersions, type MarketData, type NewsPoint } from './data.js';
import { ridgeSubject } from './models.js';
import { PLANTED } from './planted.js';
import type { Subject } from './subject.js';
import { decisionsOf, featureSubject, labelSubject, strategySubject } from './subjects.js';

export interface SuiteReport {
  passed: boolean;
  planted: (AuditReport & { text: string; foundBy: string; found: boolean })[];
  clean: (AuditReport & { passed: boolean })[];
}

const HOUR = 3_600_000;
const BARS = 1500;

/** The audit audited: every planted leak must be found by its check, everything that is clean must pass. */
export async function runSuite(options: AuditOptions = {}): Promise<SuiteReport> {
  const bars = madeBars(BARS);
  const news = madeNews(bars, HOUR);
  const data: MarketData = { bars: punctual(bars, HOUR), news, timeframeMs: HOUR };
  const late: MarketData = { ...data, bars: withLateBars(bars) };
  const planted: SuiteReport['planted'] = [];
  for (const { subject, foundBy, text } of PLANTED) {
    const own = subject.name === 'late bars' ? late : data;
    const report = await auditLookahead(subject, own, pointsOf(subject, options));
    const verdict = report.checks.find(({ check }) => check === foundBy)?.verdict;
    planted.push({ ...report, text, foundBy, found: verdict === 'leak' || verdict === 'unsettled' });
  }
  const clean: SuiteReport['clean'] = [];
  for (const [subject, own] of cleanSubjects(data, late)) {
    const report = await auditLookahead(subject, own, pointsOf(subject, options));
    clean.push({ ...report, passed: !report.leak && report.settled });
  }
  const passed = planted.every(({ found }) => found) && clean.every((report) => report.passed);
  return { passed, planted, clean };
}

/** A model that is trained again at each point takes its time. */
const pointsOf = (subject: Subject, options: AuditOptions): AuditOptions =>
  subject.kind === 'model' ? { points: 8, ...options } : options;

function cleanSubjects(data: MarketData, late: MarketData): [Subject, MarketData][] {
  const strategies = Object.values(STRATEGIES).flatMap((strategy): [Subject, MarketData][] => {
    const own = strategySubject(strategy, resolveParams(strategy, {}));
    if (!strategy.params['direction']) return [[own, data]];
    const both = strategySubject(strategy, resolveParams(strategy, { direction: 0 }));
    return [
      [own, data],
      [{ ...both, name: `${strategy.name}, both sides` }, data],
    ];
  });
  return [
    ...strategies,
    [featureSubject('1h'), data],
    [labelSubject('1h', 1), data],
    [labelSubject('1h', 4), data],
    [ridgeSubject('1h', 'first bars'), data],
    [pointInTime, late],
  ];
}

/** What the planted leak "late bars" is when each decision reads the versions known at its close. */
const pointInTime: Subject = {
  name: 'late bars read in time',
  kind: 'strategy',
  warmUp: 5,
  memory: 'window',
  horizonBars: 0,
  tolerance: 0,
  decide(data) {
    const { time } = latestBars(data);
    const rows = new Map<number, number[]>();
    data.bars.time.forEach((open, row) => rows.set(open, [...(rows.get(open) ?? []), row]));
    const closeAt = (open: number, instant: number): number => {
      const known = (rows.get(open) ?? []).filter((row) => (data.bars.knownAt[row] ?? 0) <= instant);
      return data.bars.close[known.at(-1) ?? -1] ?? NaN;
    };
    const signal = time.map((open) => {
      const now = open + data.timeframeMs;
      const move = closeAt(open, now) - closeAt(open - 5 * data.timeframeMs, now);
      return Number.isNaN(move) ? 0 : Math.sign(move);
    });
    return decisionsOf({ time }, { signal });
  },
};

/** A seeded walk of hourly bars, on which trends, reversals and quiet hours all occur. */
function madeBars(rows: number): BarColumns {
  const normal = seededNormal('look-ahead suite');
  const bars = {} as BarColumns;
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const)
    bars[name] = new Float64Array(rows);
  let price = 100;
  for (let i = 0; i < rows; i++) {
    const open = price;
    price *= Math.exp(0.01 * normal() + 0.003 * Math.sin(i / 40));
    bars.time[i] = Date.UTC(2024, 0, 1) + i * HOUR;
    bars.open[i] = open;
    bars.close[i] = price;
    bars.high[i] = Math.max(open, price) * Math.exp(0.003 * Math.abs(normal()));
    bars.low[i] = Math.min(open, price) * Math.exp(-0.003 * Math.abs(normal()));
    bars.volume[i] = Math.exp(1 + normal());
  }
  return bars;
}

/** Seeded news about bars: three a day, every third of them known 2 to 50 hours after it was out. */
export function madeNews(bars: Pick<BarColumns, 'time'>, timeframeMs: number): NewsPoint[] {
  const random = seededRandom('news of an audit');
  const from = bars.time[0] ?? 0;
  const to = (bars.time.at(-1) ?? 0) + timeframeMs;
  const count = Math.min(5000, Math.max(30, Math.round((to - from) / (8 * HOUR))));
  const gap = (to - from) / count;
  const news = Array.from({ length: count }, (_, i): NewsPoint => {
    const publishedAt = Math.round(from + (i + random()) * gap);
    const late = i % 3 === 0 ? Math.round((0.25 + 6 * random()) * gap) : 0;
    return { publishedAt, knownAt: publishedAt + late, value: Math.round(200 * random() - 100) / 100 };
  });
  return news.sort((a, b) => a.knownAt - b.knownAt);
}

/** Every 25th bar comes 3 to 12 hours late, and every 40th is corrected as late. */
function withLateBars(bars: BarColumns): BarVersions {
  const rows: { row: number; factor: number; knownAt: number }[] = [];
  bars.time.forEach((open, row) => {
    const [close, later] = [open + HOUR, open + HOUR + (3 + (row % 10)) * HOUR];
    if (row % 40 === 7) rows.push({ row, factor: 1.05, knownAt: close });
    rows.push({ row, factor: 1, knownAt: row % 25 === 3 || row % 40 === 7 ? later : close });
  });
  const column = (read: (each: (typeof rows)[number]) => number): Float64Array =>
    Float64Array.from(rows, read);
  const priced = (values: Float64Array) => column(({ row, factor }) => (values[row] ?? NaN) * factor);
  return {
    time: column(({ row }) => bars.time[row] ?? NaN),
    open: priced(bars.open),
    high: priced(bars.high),
    low: priced(bars.low),
    close: priced(bars.close),
    volume: column(({ row }) => bars.volume[row] ?? NaN),
    knownAt: column(({ knownAt }) => knownAt),
  };
}
