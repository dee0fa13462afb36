import { InvalidInputError } from '../errors.js';
import type { Size } from './spec.js';

/** One example a kind: what error messages show. */
export const SIZE_FORMS = [
  'units:1',
  'cash:1000',
  'equity:0.5',
  'volatility:0.2/168[/maxLeverage]',
  'risk:0.01/200bps[/maxLeverage]',
  'risk:0.01/2atr14[/maxLeverage]',
] as const;

/**
 * The size that a text names: `units:1`, `cash:1000`, `equity:0.5`, `volatility:<target>/<lookback>[/<max leverage>]`,
 * `risk:<share>/<n>bps|<n>atr<bars>[/<max leverage>]`. @throws InvalidInputError naming what is wrong and the forms.
 */
export function parseSize(text: string): Size {
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon < 0 ? undefined : colon).trim();
  const parts = colon < 0 ? [] : text.slice(colon + 1).split('/');
  const size = Object.hasOwn(READ, kind) ? READ[kind as Size['kind']](parts) : null;
  if (!size) throw new InvalidInputError(`Size "${text}" is none; a size is one of ${SIZE_FORMS.join(', ')}`);
  checkSize(size);
  return size;
}

/** The text that `parseSize` reads back to the same size. */
export function printSize(size: Size): string {
  switch (size.kind) {
    case 'units':
      return `units:${size.units}`;
    case 'cash':
      return `cash:${size.amount}`;
    case 'equity':
      return `equity:${size.fraction}`;
    case 'volatility':
      return `volatility:${size.target}/${size.lookback}${leverageText(size.maxLeverage)}`;
    case 'risk': {
      const { stop } = size;
      const distance = stop.kind === 'bps' ? `${stop.bps}bps` : `${stop.multiple}atr${stop.bars}`;
      return `risk:${size.share}/${distance}${leverageText(size.maxLeverage)}`;
    }
  }
}

/** @throws InvalidInputError naming the first figure that no entry could be made by. */
export function checkSize(size: Size): void {
  switch (size.kind) {
    case 'units':
      return checkFigure('units', size.units, {});
    case 'cash':
      return checkFigure('amount', size.amount, {});
    case 'equity':
      return checkFigure('fraction', size.fraction, { most: 1 });
    case 'volatility':
      checkFigure('target', size.target, {});
      checkFigure('lookback', size.lookback, { least: 2, whole: true });
      return checkFigure('maxLeverage', size.maxLeverage, { most: MOST_LEVERAGE });
    case 'risk':
      checkFigure('share', size.share, { most: 1 });
      if (size.stop.kind === 'bps') checkFigure('stop.bps', size.stop.bps, { below: 10_000 });
      else {
        checkFigure('stop.multiple', size.stop.multiple, {});
        checkFigure('stop.bars', size.stop.bars, { least: 1, whole: true });
      }
      return checkFigure('maxLeverage', size.maxLeverage, { most: MOST_LEVERAGE });
    default:
      throw new InvalidInputError(
        `Unknown size.kind "${(size as { kind: unknown }).kind as string}"; known: units, cash, equity, volatility, risk`,
      );
  }
}

/** What the largest venues lend at most. */
const MOST_LEVERAGE = 125;

interface Bounds {
  least?: number;
  most?: number;
  below?: number;
  whole?: boolean;
}

function checkFigure(name: string, value: number, { least, most, below, whole }: Bounds): void {
  const fits =
    Number.isFinite(value) &&
    (least === undefined ? value > 0 : value >= least) &&
    (most === undefined || value <= most) &&
    (below === undefined || value < below) &&
    (!whole || Number.isInteger(value));
  if (fits) return;
  const lower = least === undefined ? 'above 0' : `at least ${least}`;
  const upper =
    most !== undefined ? ` and at most ${most}` : below !== undefined ? ` and below ${below}` : '';
  throw new InvalidInputError(
    `size.${name} is ${value}; it must be ${whole ? 'whole, ' : ''}${lower}${upper}`,
  );
}

const NUMBER = /^\d*\.?\d+(e[+-]?\d+)?$/i;
const readNumber = (text: string | undefined): number =>
  text !== undefined && NUMBER.test(text.trim()) ? Number(text) : NaN;

/** Null: not of this form. */
const READ: Record<Size['kind'], (parts: string[]) => Size | null> = {
  units: (parts) => single(parts, (units) => ({ kind: 'units', units })),
  cash: (parts) => single(parts, (amount) => ({ kind: 'cash', amount })),
  equity: (parts) => single(parts, (fraction) => ({ kind: 'equity', fraction })),
  volatility(parts) {
    const [target, lookback, maxLeverage] = [readNumber(parts[0]), readNumber(parts[1]), leverageOf(parts)];
    if (Number.isNaN(target + lookback + maxLeverage)) return null;
    return { kind: 'volatility', target, lookback, maxLeverage };
  },
  risk(parts) {
    const [share, maxLeverage] = [readNumber(parts[0]), leverageOf(parts)];
    const found = /^\s*([\d.e+-]+)(bps|atr)(\d*)\s*$/i.exec(parts[1] ?? '');
    const distance = readNumber(found?.[1]);
    const isAtr = found?.[2]?.toLowerCase() === 'atr';
    if (Number.isNaN(share + maxLeverage + distance) || (isAtr ? !found?.[3] : found?.[3])) return null;
    const stop = isAtr
      ? { kind: 'atr' as const, multiple: distance, bars: Number(found?.[3]) }
      : { kind: 'bps' as const, bps: distance };
    return { kind: 'risk', share, stop, maxLeverage };
  },
};

function single(parts: string[], make: (value: number) => Size): Size | null {
  const value = readNumber(parts[0]);
  return parts.length === 1 && !Number.isNaN(value) ? make(value) : null;
}

/** The third part, 1 where absent, NaN where it is no number or a fourth follows. */
const leverageOf = (parts: string[]): number =>
  parts.length > 3 ? NaN : parts[2] === undefined ? 1 : readNumber(parts[2]);

const leverageText = (leverage: number): string => (leverage === 1 ? '' : `/${leverage}`);
