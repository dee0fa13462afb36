/**
 * Cohen's kappa (1960): agreement beyond what the two models' own label shares would give by chance. Rows: the first
 * model's labels, columns: the second's; NaN where chance alone agrees always.
 */
export function kappaOf(between: readonly (readonly number[])[]): number {
  const n = sum(between.map(sum));
  const observed = sum(between.map((row, i) => row[i] ?? 0)) / n;
  const expected = sum(
    between.map((row, i) => (sum(row) / n) * (sum(between.map((each) => each[i] ?? 0)) / n)),
  );
  return expected === 1 ? NaN : (observed - expected) / (1 - expected);
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
