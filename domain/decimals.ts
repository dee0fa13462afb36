/**
 * Sums of decimal numbers without the error of adding doubles: each number is taken by its shortest decimal text, the
 * sum is exact, and the answer is the double nearest to it. The order of the numbers does not matter.
 */
export function sumDecimals(values: readonly (number | string)[]): number {
  const parts = values.map(partsOf);
  const places = parts.reduce((most, part) => Math.max(most, part.places), 0);
  const sum = parts.reduce((total, part) => total + part.units * 10n ** BigInt(places - part.places), 0n);
  return Number(decimalText(sum, places));
}

/** A decimal as whole units of 10^-places. */
export interface DecimalParts {
  units: bigint;
  places: number;
}

/** @throws RangeError where the value is no finite decimal number. */
export function partsOf(value: number | string): DecimalParts {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(value));
  const digits = `${match?.[2] ?? ''}${match?.[3] ?? ''}`;
  if (!match || digits === '') throw new RangeError(`"${value}" is no decimal number`);
  const places = (match[3] ?? '').length - Number(match[4] ?? 0);
  const units = BigInt(`${match[1] === '-' ? '-' : ''}${digits}`);
  return places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 };
}

/** Plain text of whole units of 10^-places. */
export function decimalText(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const sign = units < 0n ? '-' : '';
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-places)}`;
}
