/** One line of the timetable: a story that is started again and again. */
export interface TimetableLine {
  /** Of the schedule that it becomes. */
  id: string;
  /** Name of a story. */
  kind: string;
  input: Record<string, unknown>;
  /** Five fields. */
  cron: string;
  /** IANA name. */
  timeZone: string;
  /** What happens where the run before still goes on. */
  overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
  jitterSeconds: number;
  /** Starts that were missed while Temporal was away are made up for when they are at most so old. */
  catchUpSeconds: number;
  note: string;
  /** `aging`: only where the bars' store moves old bars elsewhere (a `hybrid:` address). */
  needs?: 'aging';
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

const SYMBOLS = ['BTC-USDT', 'ETH-USDT'];
const streams = (timeframe: string): string[] => SYMBOLS.map((symbol) => `binance/${symbol}/${timeframe}`);

const usual = { timeZone: 'UTC', overlap: 'skip' } as const;

/**
 * The default cadence. Collecting goes on behind what is stored, so a start that was skipped loses nothing; nothing
 * here deletes bars. News sources have a cadence each (domain/news/source.ts). Bars are asked for a little after they close, spread by the jitter.
 */
export const TIMETABLE: readonly TimetableLine[] = [
  {
    ...usual,
    id: 'bars-1h',
    kind: 'collectStreams',
    input: { streams: streams('1h'), append: true },
    cron: '1 * * * *',
    jitterSeconds: 30,
    catchUpSeconds: HOUR_S,
    note: 'Hourly bars, after each has closed',
  },
  {
    ...usual,
    id: 'bars-1d',
    kind: 'collectStreams',
    input: { streams: streams('1d'), append: true },
    cron: '5 0 * * *',
    jitterSeconds: 2 * MINUTE_S,
    catchUpSeconds: DAY_S,
    note: 'Daily bars, after midnight UTC',
  },
  ...streams('1h').map((stream) => ({
    ...usual,
    id: `drift-${stream.split('/')[1]?.toLowerCase()}-1h`,
    kind: 'watchDrift',
    input: { stream, policy: 'alert' },
    cron: '25 4 * * *',
    jitterSeconds: 10 * MINUTE_S,
    catchUpSeconds: DAY_S,
    note: 'Whether what champions see, and how they err, has moved; nothing where there is no champion',
  })),
  {
    ...usual,
    id: 'objects-clean',
    kind: 'cleanObjects',
    input: { dryRun: false },
    cron: '40 3 * * 0',
    jitterSeconds: 10 * MINUTE_S,
    catchUpSeconds: DAY_S,
    note: 'Drafts that were given up, and uploads and versions of models that nothing refers to',
  },
  {
    ...usual,
    id: 'bars-move',
    kind: 'moveBars',
    input: {},
    cron: '20 2 * * *',
    jitterSeconds: 10 * MINUTE_S,
    catchUpSeconds: DAY_S,
    note: 'Bars that have become old go to the old store',
    needs: 'aging',
  },
];

/** The lines that an installation has a use for, and why the others are left out. */
export function linesFor(has: { aging: boolean }): {
  lines: TimetableLine[];
  skipped: { id: string; reason: string }[];
} {
  const fits = ({ needs }: TimetableLine): boolean => needs === undefined || has[needs];
  return {
    lines: TIMETABLE.filter(fits),
    skipped: TIMETABLE.filter((line) => !fits(line)).map(({ id }) => ({
      id,
      reason: 'SERIES_URL is no hybrid: address, so no bars move',
    })),
  };
}
