import { client, dataOf } from '../api';
import type { Cell, Settlement } from './kinds';

/** Settlements that are read for the charts, at most: the newest. */
const MOST = 5000;
const PAGE = 1000;

/** Of one cell of the card, the latest targets first, without those that another took the place of. */
export async function readSettlements(cell: Cell): Promise<Settlement[]> {
  const { model, stream, horizonBars, source } = cell;
  const found: Settlement[] = [];
  let cursor: string | null | undefined;
  while (found.length < MOST && cursor !== null) {
    const query = {
      limit: PAGE,
      ...(model === undefined ? {} : { model }),
      ...(stream === undefined ? {} : { stream }),
      ...(source === undefined ? {} : { source: sourceText(source) }),
      ...(cursor ? { cursor } : {}),
    };
    const page = dataOf(await client.GET('/settlements', { params: { query } }));
    found.push(...page.items);
    cursor = page.cursor;
  }
  const superseded = new Set(found.map((each) => each.supersedes));
  return found.filter(
    (each) => !superseded.has(each.id) && (horizonBars === undefined || each.horizonBars === horizonBars),
  );
}

/** Rows name a simulated source by its key, `simulated-<seed>`; the API asks for `simulated:<seed>`. */
const sourceText = (key: string): string => key.replace(/^simulated-/, 'simulated:');
