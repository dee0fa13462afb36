import type { Ports } from '../../adapters/ports.js';
import type { FundingColumns } from '../../domain/backtest/spec.js';
import type { BarsKey } from '../../domain/bars.js';
import { digestOf } from '../../domain/digest.js';
import { NotFoundError } from '../../domain/errors.js';
import { tradesPerpetualsOnly, type StoredFunding } from '../../domain/funding.js';
import { sourceKey } from '../../domain/sources.js';

export interface FundingUsed {
  columns: FundingColumns;
  sha256: string;
  /** What a reader of the result should know. */
  note: string;
}

/** `unpaid`: what a reader should know where a perpetual's run pays none, for there are no rates; else null. */
type FundingFound = { used: FundingUsed; unpaid: null } | { used: null; unpaid: string | null };

/**
 * The stored rates that a run pays, as they were known. @throws NotFoundError where they were asked for and none are
 * stored.
 */
export async function readFunding(
  ports: Ports,
  { stream, source, range, asOf }: BarsKey,
  wanted: boolean | undefined,
): Promise<FundingFound> {
  const isPaid = wanted ?? tradesPerpetualsOnly(stream.exchange);
  if (!isPaid) return { used: null, unpaid: null };
  const market = `${stream.exchange}/${stream.symbol}`;
  const where = { market, sourceKey: sourceKey(source) };
  const rates: StoredFunding[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: StoredFunding[]; cursor: string | null } = await ports.documents.find<StoredFunding>(
      'funding',
      { where, range, order: 'oldest', limit: 500, ...(cursor ? { cursor } : {}) },
    );
    for (const rate of page.items) if (rate.knownAt <= asOf) rates.push(rate);
    cursor = page.cursor;
  } while (cursor !== null);
  if (rates.length > 0) return { used: usedOf(rates), unpaid: null };
  if (wanted)
    throw new NotFoundError(`No stored funding rates of ${market} in the window; collect them first`);
  const unpaid = `No funding was paid: ${market} is a perpetual, but no rates of it were stored in the window.`;
  return { used: null, unpaid };
}

function usedOf(rates: StoredFunding[]): FundingUsed {
  const columns = {
    time: Float64Array.from(rates, ({ time }) => time),
    rate: Float64Array.from(rates, ({ rate }) => rate),
  };
  const [first, last] = [columns.time[0] ?? NaN, columns.time.at(-1) ?? NaN].map((time) =>
    new Date(time).toISOString(),
  );
  return {
    columns,
    sha256: digestOf(rates.map(({ time, rate }) => [time, rate])),
    note: `${rates.length} funding rates from ${first} to ${last} were there to be paid.`,
  };
}
