import { InvalidInputError } from '../errors.js';
import { numberOf, textOf, type Cell, type DecimalMark } from './layout-cells.js';

/** Where the values of a bar stand in a row. */
export interface Places {
  /** Two where date and clock time have a column each. */
  time: number[];
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** The close adjusted for splits and dividends, where there is one. */
  adjusted?: number;
}

interface Order {
  vendor: string;
  /** How many columns a row has. */
  widths: number[];
  places: Places;
  /** Has a time of day of its own in the second column. */
  clock?: true;
  /** A column that must lie between low and high. */
  between?: number;
}

const places = (
  time: number[],
  [open, high, low, close, volume]: [number, number, number, number, number],
) => ({
  time,
  open,
  high,
  low,
  close,
  volume,
});

/** Column orders of rows without names, as venues publish them. */
const ORDERS: Order[] = [
  { vendor: 'open-high-low-close', widths: [6], places: places([0], [1, 2, 3, 4, 5]) },
  { vendor: 'bitfinex', widths: [6], places: places([0], [1, 3, 4, 2, 5]) },
  { vendor: 'coinbase', widths: [6], places: places([0], [3, 2, 1, 4, 5]) },
  { vendor: 'kraken', widths: [7], places: places([0], [1, 2, 3, 4, 5]) },
  { vendor: 'kucoin', widths: [7], places: places([0], [1, 3, 4, 2, 5]) },
  { vendor: 'metatrader', widths: [7], places: places([0, 1], [2, 3, 4, 5, 6]), clock: true },
  { vendor: 'kraken', widths: [8], places: places([0], [1, 2, 3, 4, 6]), between: 5 },
  { vendor: 'gate', widths: [8], places: places([0], [5, 3, 4, 2, 6]) },
  { vendor: 'okx', widths: [9], places: places([0], [1, 2, 3, 4, 5]) },
  { vendor: 'binance', widths: [11, 12], places: places([0], [1, 2, 3, 4, 5]) },
];

/**
 * The one order of columns under which most rows of a sample are bars: high the highest, low the lowest. Rows of one
 * price say nothing about it.
 * @throws InvalidInputError where no order fits, or several fit as well.
 */
export function sniffOrder(sample: Cell[][], decimal: DecimalMark): { vendor: string; places: Places } {
  const width = sample[0]?.length ?? 0;
  const isClock = /^\d{1,2}:\d\d/.test(textOf(sample[0]?.[1]));
  const fitting = ORDERS.filter((order) => order.widths.includes(width) && Boolean(order.clock) === isClock);
  const scores = fitting.map((order) => ({ order, ...scoreOf(order, sample, decimal) }));
  scores.sort((a, b) => b.sound - a.sound);
  const [best, second] = scores;
  const shown = `${width} columns without names, such as ${(sample[0] ?? []).map(textOf).join(',')}`;
  if (!best || (best.evidence > 0 && best.sound * 2 <= best.evidence))
    throw new InvalidInputError(
      `${shown}, are in no known order; --columns time,open,high,low,close,volume decides (name each column, _ skips one)`,
    );
  if (second && second.sound === best.sound)
    throw new InvalidInputError(
      `${shown}, may be ${scores
        .filter((each) => each.sound === best.sound)
        .map((each) => textOfOrder(each.order, width))
        .join(' or ')}; --columns decides`,
    );
  return best.order;
}

function scoreOf(order: Order, sample: Cell[][], decimal: DecimalMark): { sound: number; evidence: number } {
  let [sound, evidence] = [0, 0];
  const { open, high, low, close } = order.places;
  for (const cells of sample) {
    const [o, h, l, c] = [open, high, low, close].map((place) => numberOf(cells[place], decimal)) as [
      number,
      number,
      number,
      number,
    ];
    if (o === h && h === l && l === c) continue;
    evidence++;
    const middle = order.between === undefined ? l : numberOf(cells[order.between], decimal);
    // A bar without trades has a mean price of 0.
    const isBetween = middle === 0 || (middle >= l && middle <= h);
    if (h >= Math.max(o, c) && l <= Math.min(o, c) && l > 0 && isBetween) sound++;
  }
  return { sound, evidence };
}

function textOfOrder({ vendor, places: at }: Order, width: number): string {
  const names = Array.from({ length: width }, () => '_');
  for (const place of at.time) names[place] = 'time';
  for (const name of ['open', 'high', 'low', 'close', 'volume'] as const) names[at[name]] = name;
  return `${names.join(',')} (${vendor})`;
}
