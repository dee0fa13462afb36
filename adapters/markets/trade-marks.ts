/** Where in a venue's trades we stand, and in which order it has them: what its pages of trades are chained by. */
export interface TradeMarks {
  /** Before the first trade at or after a time, epoch ms. */
  at(time: number): string;
  /** How the client is asked for the page behind a mark. */
  request(mark: string): { since: number | undefined; params: Record<string, unknown> };
  /** A trade's place within its venue: an id, or null, and a time that may be finer than a millisecond. */
  place(trade: ClientTrade): { id: string | null; time: number };
  /** The mark behind a page, or null where it does not move on: there is nothing more. */
  behind(mark: string, page: readonly ClientTrade[]): string | null;
}

/** What we read of a trade of ccxt's client. */
export interface ClientTrade {
  id?: string | undefined;
  timestamp?: number | undefined;
  price?: number | undefined;
  amount?: number | undefined;
  info: unknown;
}

/** Trades of one request: what venues give at most. */
export const TRADES_PAGE = 1000;

/** Most venues: from a millisecond on, that millisecond included, so that pages overlap and ids tell what is new. */
export const byTime: TradeMarks = {
  at: String,
  request: (mark) => ({ since: Number(mark), params: {} }),
  place: ({ id, timestamp }) => ({ id: id ?? null, time: Number(timestamp) }),
  behind(mark, page) {
    const newest = page.reduce((most, { timestamp }) => Math.max(most, Number(timestamp) || 0), Number(mark));
    if (newest > Number(mark)) return String(newest);
    // A whole page within one millisecond: what else that millisecond has cannot be asked for.
    return page.length >= TRADES_PAGE ? String(newest + 1) : null;
  },
};

/**
 * Kraken: behind a mark in nanoseconds, which each answer names. A row is [price, volume, seconds, side, type, misc,
 * trade id], the id left out by older answers; ccxt's client hangs the answer's mark onto the last row.
 */
export const byNanoseconds: TradeMarks = {
  at: (time) => String(BigInt(time) * 1_000_000n - 1n),
  request: (mark) => ({ since: undefined, params: { since: mark } }),
  place({ info, timestamp }) {
    const row = Array.isArray(info) ? (info as unknown[]) : [];
    const seconds = Number(row[2]);
    const id = /^\d{1,12}$/.test(String(row[6])) ? String(row[6]) : null;
    return { id, time: Number.isFinite(seconds) ? seconds * 1000 : Number(timestamp) };
  },
  behind(mark, page) {
    const rows = page.map(({ info }) => info).filter(Array.isArray) as unknown[][];
    const longest = rows.reduce((most, row) => (row.length > most.length ? row : most), rows[0] ?? []);
    const next = String(longest.at(-1));
    return /^\d{13,}$/.test(next) && BigInt(next) > BigInt(mark) ? next : null;
  },
};
