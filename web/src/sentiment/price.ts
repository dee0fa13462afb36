import { client, dataOf, type Schemas } from '../api';
import { barMs, baseOf } from '../format';
import { sourceText } from '../streams';

type Stream = Schemas['StreamInfo'];

/** Bars of one answer, and how many answers are read: more is left out at the old end. */
const PAGE = 1000;
const MOST_PAGES = 50;

/** The stream to hold the index against: of its kind of source, with the longest bars that are no longer than a step. */
export function streamOf(
  streams: Stream[],
  want: { asset: string; kind: string | undefined; stepMs: number },
): Stream | null {
  const own = streams.filter((each) => baseOf(each.stream) === want.asset);
  const sameKind = own.filter((each) => each.source.kind === want.kind);
  const [first = null, ...others] = sameKind.length > 0 ? sameKind : own;
  const rank = (each: Stream): number => {
    const length = barMs(each.stream);
    return length <= want.stepMs ? want.stepMs / length : 1e6 * (length / want.stepMs);
  };
  return others.reduce((best, each) => (best && rank(best) <= rank(each) ? best : each), first);
}

/** Close and close time of the bars in a range, ascending. */
export async function closesOf(
  { stream, source }: Pick<Stream, 'stream' | 'source'>,
  range: { from: number; to: number },
): Promise<{ time: number; close: number }[]> {
  const [exchange = '', symbol = '', timeframe = ''] = stream.split('/');
  const step = barMs(stream);
  const closes: { time: number; close: number }[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = {
      from: String(range.from - 2 * step),
      to: String(range.to),
      limit: PAGE,
      order: 'newest',
    } as const;
    const found = dataOf(
      await client.GET('/bars/{exchange}/{symbol}/{timeframe}', {
        params: {
          path: { exchange, symbol, timeframe },
          query: { ...query, source: sourceText(source), ...(cursor ? { cursor } : {}) },
        },
      }),
    );
    closes.push(...found.bars.map((bar) => ({ time: bar.time + step, close: bar.close })));
    if (found.cursor === null) break;
    cursor = found.cursor;
  }
  return closes.sort((a, b) => a.time - b.time);
}

/** At each time the last close that was known, unless it is older than two bars. */
export function closesAt(
  times: number[],
  closes: { time: number; close: number }[],
  barLength: number,
): (number | null)[] {
  let next = 0;
  return times.map((time) => {
    while ((closes[next]?.time ?? Infinity) <= time) next++;
    const last = closes[next - 1];
    return last && time - last.time < 2 * barLength ? last.close : null;
  });
}
