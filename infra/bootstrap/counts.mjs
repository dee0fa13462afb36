import { existsSync, readFileSync } from 'node:fs';

export const addUp = (parts) =>
  parts.reduce(
    (sum, part) => ({
      passed: sum.passed + part.passed,
      failed: sum.failed + part.failed,
      skipped: sum.skipped + part.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

/** A run that failed without a failed test (a file that does not load, no report) counts as one. */
const atLeastOne = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

/** From vitest's JSON report; null where it wrote none. */
export function vitestCounts(report, code) {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return atLeastOne(
    { passed: report.numPassedTests, failed: report.numFailedTests + unloaded, skipped },
    code,
  );
}

/** `file > test: first line of the reason`, for each failed test of vitest's JSON report. */
export function vitestFailures(report) {
  const named = (file) => file.name.slice(file.name.indexOf('/test/') + 1);
  return (report?.testResults ?? []).flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0)
      return file.status === 'failed' ? [`${named(file)}: ${firstLine(file.message)}`] : [];
    return failed.map((test) => `${named(file)} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

/** Paths of the files with a failed test, or that did not load. */
export const failedFiles = (report) =>
  (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);

/** Whether two lines of `vitestFailures` speak of one test, for whatever reason it failed. */
export const sameTest = (one, other) => one.split(': ')[0] === other.split(': ')[0];

/** The first run's counts, with the failed files as their second run left them. */
export function settledCounts({ first, second, failures }) {
  const failed = second.code === 0 ? 0 : Math.max(1, failures.length);
  return { ...first, passed: first.passed + first.failed - failed, failed };
}

const firstLine = (text) => (text ?? 'no reason given').split('\n')[0].slice(0, 300);

/** From pytest's junit file. */
export function junitCounts(path, code) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 };
  const suites = readFileSync(path, 'utf8').match(/<testsuite [^>]*>/g) ?? [];
  const counts = suites.map((suite) => {
    const number = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = number('failures') + number('errors');
    const skipped = number('skipped');
    return { passed: number('tests') - failed - skipped, failed, skipped };
  });
  return atLeastOne(addUp(counts), code);
}
