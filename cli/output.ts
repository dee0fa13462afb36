import { messageOf } from '../domain/errors.js';

/** 0 done, 1 failed, 2 wrong usage or input, 3 a leak was found, 4 integrity is broken, 5 something needed is not reachable. */
export const EXIT = { done: 0, failed: 1, input: 2, leak: 3, integrity: 4, unreachable: 5 } as const;

const CODES: Record<string, number> = {
  InvalidInputError: EXIT.input,
  NotFoundError: EXIT.input,
  DataQualityError: EXIT.integrity,
  UnreachableError: EXIT.unreachable,
  BudgetSpentError: EXIT.unreachable,
};

/** The exit code of an error, by the name it carries (also through a workflow's failure). */
export const exitCodeOf = (error: unknown): number =>
  CODES[error instanceof Error ? error.name : ''] ?? EXIT.failed;

/** One JSON object on one line, the last on stdout: NaN is null, infinities are text. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, plainNumbers)}\n`);
}

const plainNumbers = (_key: string, value: unknown): unknown => {
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  return value;
};

/** Everything that is not the answer goes to stderr. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Prints the error as a sentence (or as JSON) and says how to end. */
export function reportFailure(error: unknown, json: boolean): number {
  const code = exitCodeOf(error);
  const name = error instanceof Error ? error.name : 'Error';
  if (json) printJson({ error: { name, message: messageOf(error) }, exitCode: code });
  say(`finsight: ${messageOf(error)}`);
  return code;
}

/** Rows as an aligned table for people. */
export function printTable(rows: Record<string, unknown>[]): void {
  const first = rows[0];
  if (!first) return say('nothing to show');
  const names = Object.keys(first);
  const cell = (value: unknown): string => (value === null || value === undefined ? '–' : String(value));
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => cell(row[name]).length)));
  const line = (cells: string[]): string =>
    cells
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  process.stdout.write(`${line(names)}\n`);
  for (const row of rows) process.stdout.write(`${line(names.map((name) => cell(row[name])))}\n`);
}
