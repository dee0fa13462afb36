/** NaN travels as null: both are printed as a dash. */
const given = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

export const number = (value: number | null | undefined, digits = 5): string =>
  given(value) ? value.toLocaleString('en-US', { maximumSignificantDigits: digits }) : '–';

export const percent = (value: number | null | undefined, digits = 1): string =>
  given(value) ? `${(100 * value).toFixed(digits)} %` : '–';

export const moment = (time: number | null | undefined): string =>
  given(time) ? `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '–';

export const date = (time: number): string => new Date(time).toISOString().slice(0, 10);
