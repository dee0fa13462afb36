import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCron } from '../../domain/cron.js';
import { InvalidInputError } from '../../domain/errors.js';
import { isoByPattern, readDatePattern } from '../../domain/news/date-patterns.js';
import { configuredSources, DEFAULT_SOURCES } from '../../domain/news/default-sources.js';
import { restSettings, rssSettings, graphqlSettings } from '../../domain/news/mapping.js';
import { rhythmOf, silencesOf } from '../../domain/news/rhythm.js';
import {
  emptyRecord,
  errorBudgetOf,
  freshnessOf,
  itemsPerDay,
  recordOutcome,
  stateOfHealth,
  transitionOf,
  type Outcome,
  type SourceRecord,
} from '../../domain/news/source-health.js';
import { windowsToCollect } from '../../domain/news/windows.js';
import { cadenceSchema, sourceDefinition } from '../../domain/news/source.js';
import { fillJson, fillText, placeholdersOf } from '../../domain/news/templates.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2024, 0, 1);

describe('a cron line', () => {
  it.each([
    '* * * * *',
    '*/15 * * * *',
    '0 9-17 * * mon-fri',
    '5,35 0 1 jan ?',
    '@hourly',
    '@every 15m',
    '0 0 * * 7',
  ])('"%s" is taken', (line) => {
    expect(() => checkCron(line)).not.toThrow();
  });

  it.each([
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['* * * * * *', 'five fields'],
    ['60 * * * *', 'minute "60"'],
    ['* 24 * * *', 'hour "24"'],
    ['* * 0 * *', 'day of the month "0"'],
    ['* * * foo *', 'month "foo"'],
    ['* * * * 8', 'day of the week "8"'],
    ['30-10 * * * *', 'minute "30-10"'],
    ['*/0 * * * *', 'minute "*/0"'],
    ['@sometimes', 'five fields'],
  ])('"%s" is refused: %s', (line, words) => {
    expect(() => checkCron(line)).toThrow(InvalidInputError);
    expect(() => checkCron(line)).toThrow(words);
  });
});

describe('the definition of a source', () => {
  it.each([
    [{ id: 'Big Name' }, 'id'],
    [{ cadence: { cron: 'every day' } }, 'cadence.cron'],
    [{ cadence: { cron: '@daily', timeZone: 'Mars/Base' } }, 'cadence.timeZone'],
    [{ retentionDays: 0 }, 'retentionDays'],
    [{ language: 'english!' }, 'language'],
    [{ apiKey: 'secret' }, ''],
  ])('with %j is refused', (wrong, path) => {
    const read = sourceDefinition.safeParse({ id: 'a', kind: 'rss', settings: {}, ...wrong });
    expect(read.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('has a cadence of its own where none is given', () => {
    const read = sourceDefinition.parse({ id: 'a', kind: 'rss', settings: {} });
    expect(cadenceSchema.parse(read.cadence)).toEqual(read.cadence);
    expect(read).toMatchObject({ state: 'enabled', licence: null, retentionDays: null });
  });

  it('of each source of the registry fits its kind', () => {
    const schemas = { rss: rssSettings, rest: restSettings, graphql: graphqlSettings };
    for (const { id, kind, settings, cadence } of DEFAULT_SOURCES) {
      expect(schemas[kind as 'rss'].safeParse(settings).error?.issues, id).toBeUndefined();
      expect(cadenceSchema.safeParse(cadence).success).toBe(true);
    }
    expect(new Set(DEFAULT_SOURCES.map(({ id }) => id)).size).toBe(DEFAULT_SOURCES.length);
  });

  it('of a configured feed knows the licence of a default one at the same address only', () => {
    const coindesk = DEFAULT_SOURCES.find(({ id }) => id === 'coindesk')!;
    const feeds = { coindesk: String(coindesk.settings['url']), own: 'https://example.org/rss' };
    expect(configuredSources(feeds)).toMatchObject([
      { id: 'coindesk', origin: 'configured', licence: coindesk.licence },
      { id: 'own', origin: 'configured', licence: null, host: 'example.org' },
    ]);
  });
});

describe('settings of REST', () => {
  const good = { url: 'https://example.org/news', items: '$[*]', fields: { title: '$.t' } };
  it.each([
    [{ url: 'ftp://example.org' }, /http/],
    [{ url: 'https://me:word@example.org/' }, /name or a password/],
    [{ auth: { in: 'bearer', secret: 'FINSIGHT_ADMIN_KEY' } }, /FINSIGHT_NEWS_KEY/],
    [{ auth: { in: 'bearer', secret: 'abcdef' } }, /FINSIGHT_NEWS_KEY/],
    [{ headers: { Authorization: 'Bearer x' } }, /auth/],
    [{ query: { api_key: 'abc' } }, /must not hold a key; give it by auth/],
    [{ url: 'https://example.org/news?token=abc' }, /must not hold a key/],
    [{ query: { from: '{since}' } }, /Unknown placeholder "\{since\}"; known: \{from\}/],
    [{ query: { from: '{from:year}' } }, /Unknown format in "\{from:year\}"/],
    [{ query: { page: '{page:iso}' } }, /Unknown format/],
    [{ dates: { pattern: 'DD.MM' } }, /YYYY, MM and DD/],
    [{ paging: { kind: 'offset' } }, /number/],
    [{ maxPages: 0 }, />=1/],
  ])('with %j are refused', (wrong, message) => {
    const read = restSettings.safeParse({ ...good, ...wrong });
    expect(read.error?.issues.map((issue) => issue.message).join()).toMatch(message);
  });
});

describe('a request template', () => {
  const values = { from: START, to: START + DAY, page: 2, size: 50 };
  it.each([
    ['{from}', '2024-01-01T00:00:00.000Z'],
    ['{from:date}..{to:date}', '2024-01-01..2024-01-02'],
    ['{from:seconds}', '1704067200'],
    ['p{page}', 'p2'],
    ['{cursor}', undefined],
    ['no placeholder {', 'no placeholder {'],
  ])('"%s" becomes %j', (template, filled) => {
    expect(fillText(template, values)).toBe(filled);
  });

  it('keeps the types of JSON, and leaves out what has no value', () => {
    const template = {
      a: '{page}',
      b: ['{cursor}', '{size}'],
      c: { d: '{cursor}', e: 'x{to:seconds}' },
      f: null,
    };
    expect(fillJson(template, values)).toEqual({ a: 2, b: [50], c: { e: 'x1704153600' }, f: null });
    expect(placeholdersOf(template)).toEqual(['page', 'cursor', 'size', 'to']);
  });

  it('never fills in more than once, whatever a value holds', () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        expect(fillText('<{cursor}>', { cursor })).toBe(`<${cursor}>`);
      }),
    );
  });
});

describe('a date pattern', () => {
  it.each([
    ['20240131T093015', 'YYYYMMDDTHHmmss', '2024-01-31T09:30:15+09:00'],
    ['31.01.2024', 'DD.MM.YYYY', '2024-01-31T00:00:00+09:00'],
    ['yesterday', 'DD.MM.YYYY', 'yesterday'],
  ])('reads %s by %s', (text, pattern, iso) => {
    expect(isoByPattern(text, { pattern, offset: '+09:00' })).toBe(iso);
  });

  it('takes characters of regular expressions as they are', () => {
    expect(readDatePattern('YYYY.MM(DD)').test('2024.01(31)')).toBe(true);
    expect(readDatePattern('YYYY.MM(DD)').test('2024x01(31)')).toBe(false);
  });
});

/** An item each `step` from 8 to 20 o'clock UTC. */
const daytime = (days: number, step = HOUR): number[] =>
  Array.from({ length: days * 24 }, (_, i) => START + i * step).filter((time) => {
    const hour = (time / HOUR) % 24;
    return hour >= 8 && hour < 20;
  });

describe('the rhythm of a source', () => {
  it('is not told by few items', () => {
    expect(rhythmOf([1, 2, 3])).toEqual({ medianMs: null, patienceMs: null, quietHours: [] });
    expect(silencesOf([1, 2, 3], { from: 0, to: 100 * DAY })).toEqual([]);
  });

  it('has quiet hours, which are no silence', () => {
    const times = daytime(10);
    const { medianMs, quietHours } = rhythmOf(times);
    expect(medianMs).toBe(HOUR);
    expect(quietHours).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23]);
    expect(silencesOf(times, { from: times[0]!, to: times.at(-1)! })).toEqual([]);
  });

  it('shows a day that is missing, and the silence up to now', () => {
    const times = daytime(14).filter((time) => time < START + 5 * DAY || time >= START + 6 * DAY);
    const now = START + 15 * DAY;
    expect(silencesOf(times, { from: times[0]!, to: now })).toEqual([
      { from: START + 4 * DAY + 19 * HOUR, to: START + 6 * DAY + 8 * HOUR },
      { from: START + 13 * DAY + 19 * HOUR, to: now },
    ]);
    expect(freshnessOf(times, now).silentSince).toBe(START + 13 * DAY + 19 * HOUR);
    expect(freshnessOf(times, times.at(-1)! + HOUR).silentSince).toBeNull();
  });

  it('finds silences within the range only, apart, and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 * DAY }), { maxLength: 200 }), (times) => {
        const range = { from: 5 * DAY, to: 30 * DAY };
        let last = range.from;
        for (const { from, to } of silencesOf(times, range)) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          expect(times.some((time) => time > from && time < to)).toBe(false);
          last = to;
        }
        expect(last).toBeLessThanOrEqual(range.to);
      }),
    );
  });
});

const outcome = (n: number, failure: string | null = null, more: Partial<Outcome> = {}): Outcome => ({
  key: `run ${n}`,
  at: START + n * HOUR,
  failure,
  window: failure === null ? { from: START - DAY, to: START + n * HOUR } : null,
  validators: null,
  ...more,
});
const after = (...outcomes: Outcome[]): SourceRecord => outcomes.reduce(recordOutcome, emptyRecord('a'));

describe('the record of a source', () => {
  it('is the same for a collection that is told twice', () => {
    const once = after(outcome(1), outcome(2, 'no'));
    expect(recordOutcome(once, outcome(2, 'no'))).toBe(once);
    expect(once).toMatchObject({ failuresInARow: 1, lastFailure: 'no', lastSuccessAt: START + HOUR });
  });

  it('tells once that it began to fail, and once that it is well again', () => {
    const record = [1, 2, 3, 4].map((n) => outcome(n, 'no')).concat(outcome(5), outcome(6));
    let held = emptyRecord('a');
    const told = record.map((each) => {
      const next = recordOutcome(held, each);
      const change = transitionOf(held, next);
      held = next;
      return change;
    });
    expect(told).toEqual([null, 'failed', null, null, 'recovered', null]);
  });

  it('stays bounded', () => {
    const record = after(
      ...Array.from({ length: 1000 }, (_, n) => outcome(n, n % 2 ? 'no'.repeat(1000) : null)),
    );
    expect(JSON.stringify(record).length).toBeLessThan(20_000);
  });

  it('reaches on only where no hole is left', () => {
    const at = (from: number, to: number) => ({ window: { from: START + from, to: START + to } });
    expect(after(outcome(1, null, at(0, 10))).collectedTo).toBe(START + 10);
    expect(after(outcome(1, null, at(0, 10)), outcome(2, null, at(20, 30))).collectedTo).toBe(START + 10);
    expect(after(outcome(1, null, at(0, 10)), outcome(2, null, at(5, 30))).collectedTo).toBe(START + 30);
    expect(after(outcome(1, null, at(0, 10)), outcome(2, 'no', at(5, 30))).collectedTo).toBe(START + 10);
  });

  it('has an error budget of the last day', () => {
    const record = after(
      outcome(0, 'old'),
      ...Array.from({ length: 20 }, (_, n) => outcome(30 + n, n < 3 ? 'no' : null)),
    );
    const now = START + 50 * HOUR;
    expect(errorBudgetOf(record, now)).toMatchObject({
      collections: 20,
      failed: 3,
      share: 0.15,
      spent: true,
    });
    expect(errorBudgetOf(emptyRecord('a'), now)).toMatchObject({ share: null, spent: false });
  });

  it.each([
    [emptyRecord('a'), { paused: true }, 'paused'],
    [emptyRecord('a'), {}, 'new'],
    [after(outcome(1)), {}, 'healthy'],
    [after(outcome(1)), { silentSince: 1 }, 'silent'],
    [after(outcome(1)), { silentSince: 1, budgetSpent: true }, 'unreliable'],
    [after(outcome(1, 'no'), outcome(2, 'no')), {}, 'failing'],
  ])('is called what it is', (record, given, state) => {
    const standard = { paused: false, silentSince: null, budgetSpent: false };
    expect(stateOfHealth(record, { ...standard, ...given })).toBe(state);
  });

  it('counts items by day', () => {
    expect(itemsPerDay([START, START + 1, START + DAY], START + DAY, 3)).toEqual([
      { day: '2023-12-31', items: 0 },
      { day: '2024-01-01', items: 2 },
      { day: '2024-01-02', items: 1 },
    ]);
  });
});

describe('what a source is asked for', () => {
  const now = START + 14 * DAY;
  it('is a week at first, then what is new with an hour before it', () => {
    expect(windowsToCollect(emptyRecord('a'), [], now)).toEqual([{ from: now - 7 * DAY - HOUR, to: now }]);
    const record = { ...emptyRecord('a'), collectedTo: now - 2 * DAY };
    expect(windowsToCollect(record, [], now)).toEqual([{ from: now - 2 * DAY - HOUR, to: now }]);
  });

  it('is a silence, too, but once only', () => {
    const times = daytime(14).filter((time) => time < START + 9 * DAY || time >= START + 10 * DAY);
    const record = { ...emptyRecord('a'), collectedTo: now - HOUR };
    const windows = windowsToCollect(record, times, now);
    const gap = { from: START + 8 * DAY + 19 * HOUR, to: START + 10 * DAY + 8 * HOUR };
    expect(windows).toEqual([{ from: now - 2 * HOUR, to: now }, gap]);
    const asked = recordOutcome(record, outcome(1, null, { window: gap }));
    expect(windowsToCollect(asked, times, now)).toEqual([windows[0]]);
  });
});
