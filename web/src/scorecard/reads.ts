import { client, dataOf } from '../api';
import type { Cell, Settlement } from './kinds';

/** Settlements that the charts are drawn of, at most: the newest. */
const MOST = 5000;
const PAGE = 1000;

interface Card {
  cells: Cell[];
  /** Predictions that wait for their target; null where the API does not say. */
  open: number | null;
  asOf: number;
}

/** By forecaster, stream, horizon and source. */
export async function readScorecard(): Promise<Card> {
  const query = { by: 'model,stream,horizonBars,source' };
  return dataOf(await client.GET('/scorecard' as never, { params: { query } } as never)) as Card;
}

/** Of one cell of the card, newest first. */
export async function readSettlements(cell: Cell): Promise<Settlement[]> {
  const found: Settlement[] = [];
  let cursor: string | undefined;
  while (found.length < MOST) {
    const query = {
      limit: PAGE,
      ...(cell.model === undefined ? {} : { model: String(cell.model) }),
      ...(cell.stream === undefined ? {} : { stream: String(cell.stream) }),
      ...(cell.horizonBars === undefined ? {} : { horizonBars: Number(cell.horizonBars) }),
      ...(cursor ? { cursor } : {}),
    };
    const page = dataOf(await client.GET('/settlements' as never, { params: { query } } as never)) as {
      items: Settlement[];
      cursor: string | null;
    };
    found.push(...page.items);
    if (page.cursor === null) break;
    cursor = page.cursor;
  }
  return found;
}
