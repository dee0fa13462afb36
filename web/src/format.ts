/** NaN travels as null: both are printed as a dash. */
const given = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** The true minus sign is as wide as a digit, so that columns stay aligned. */
const minus = (text: string): string => text.replace('-', '−');

export const number = (value: number | null | undefined, digits = 5): string =>
  given(value) ? minus(value.toLocaleString('en-US', { maximumSignificantDigits: digits })) : '–';

/** Small magnitudes as powers of ten, such as 2.6e−9. */
export const tiny = (value: number | null | undefined): string =>
  given(value) ? minus(value === 0 ? '0' : value.toExponential(1)) : '–';

/** A p value; below 0.001 its size says nothing more. */
export const chance = (value: number | null | undefined): string =>
  given(value) && value < 0.001 ? '< 0.001' : fixed(value, 3);

export const fixed = (value: number | null | undefined, digits: number): string =>
  given(value) ? minus(value.toFixed(digits)) : '–';

/** Decimals that show a price to five or more significant digits, at least two. */
export const priceDigits = (price: number): number =>
  Math.max(2, Math.min(8, 4 - Math.floor(Math.log10(Math.abs(price) || 1))));

export const price = (value: number | null | undefined): string => {
  if (!given(value)) return '–';
  const digits = priceDigits(value);
  // Below one, all digits stand, so that the bounds of an interval are equally long.
  const least = Math.abs(value) < 1 ? digits : 2;
  return minus(
    value.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: digits }),
  );
};

export const percent = (value: number | null | undefined, digits = 1): string =>
  given(value) ? `${minus((100 * value).toFixed(digits))} %` : '–';

/** With a plus before gains. */
export const change = (value: number | null | undefined, digits = 1): string =>
  given(value) && value > 0 ? `+${percent(value, digits)}` : percent(value, digits);

/** `low … high`, or one dash where neither is known. */
export const range = (
  bounds: readonly (number | null)[],
  show: (value: number | null | undefined) => string,
): string => (bounds.some(given) ? bounds.map((bound) => show(bound)).join(' … ') : '–');

/** A count, with separators. */
export const whole = (value: number): string => minus(value.toLocaleString('en-US'));

export const moment = (time: number | null | undefined): string =>
  given(time) ? `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '–';

export const date = (time: number): string => new Date(time).toISOString().slice(0, 10);

export function duration(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${(minutes / 60).toFixed(1)} h`;
}

/** Milliseconds of an answer, such as 4.7 ms. */
export const latency = (ms: number | null | undefined): string => (given(ms) ? `${number(ms, 3)} ms` : '–');

/** Of binary units, such as 1.5 GiB. */
export function bytes(value: number | null | undefined): string {
  if (!given(value)) return '–';
  const power = Math.min(4, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10));
  return `${number(value / 1024 ** power, 3)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

/** Quote currency of `binance/BTC-USDT/1h`: USDT. */
export const quoteOf = (stream: string): string => stream.split('/')[1]?.split('-')[1] ?? '';
export const baseOf = (stream: string): string => stream.split('/')[1]?.split('-')[0] ?? '';

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Length of a stream's bars in ms; bars may have gaps, so it is never taken from their distance. */
export function barMs(stream: string): number {
  const timeframe = stream.split('/')[2] ?? '';
  return Number.parseInt(timeframe, 10) * (UNIT_MS[timeframe.at(-1) ?? ''] ?? NaN);
}
