import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runShown } from './commands.mjs';
import { mlIsOff } from './ml.mjs';
import { ML_ENVIRONMENT, ML_PROJECT, ROOT, TOOLS, executable } from './place.mjs';
import {
  addUp,
  junitCounts,
  failedFiles,
  sameTest,
  settledCounts,
  vitestCounts,
  vitestFailures,
} from './counts.mjs';
import { readJson } from './stamps.mjs';

const REPORTS = join(TOOLS, 'reports');
/** A line per suite: the real server or engine that it ran against, or why it was skipped. */
const SERVERS_REPORT = join(REPORTS, 'servers.txt');
const LEAST_COVERAGE = 80;
/** Files with a failed test that are run a second time; more than these have one cause, and it is no chance. */
const MOST_REPEATED = 3;
const bin = (...names) => join(ROOT, 'node_modules', ...names);

const CHECKS = [
  { name: 'lint', args: [bin('oxlint', 'bin', 'oxlint'), '--type-aware', '--quiet'] },
  { name: 'format', args: [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  // Code that runs in a browser has the browser's types, and a project of its own for them.
  ...['tsconfig.json', 'web/tsconfig.json', 'test/web/tsconfig.json'].map((project) => ({
    name: `types of ${project}`,
    args: [bin('typescript', 'bin', 'tsc'), '-p', project],
  })),
];

/**
 * Lint, format and types (one test each), vitest, pytest; then coverage and, as the last line on stdout,
 * `N passed, N failed, N skipped`. A filter goes to vitest, which then measures no coverage.
 */
export async function runTests(filter) {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const parts = [];
  const failures = [];
  for (const { name, args } of CHECKS) {
    const code = await runShown({ command: process.execPath, args });
    process.stderr.write(`${name}: ${code === 0 ? 'passed' : 'failed'}\n`);
    if (code !== 0) failures.push(name);
    parts.push({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  }
  const typescript = await runVitest(filter);
  const python = await runPytest();
  const { passed, failed, skipped } = addUp([...parts, typescript.counts, python.counts]);
  const coverage = [
    ['TypeScript', typescript.lines],
    ['Python', python.lines],
  ];
  for (const [language, lines] of coverage)
    process.stdout.write(
      `line coverage ${language}: ${lines === null ? 'not measured' : `${lines.toFixed(1)} %`}\n`,
    );
  const low = coverage.filter(([, lines]) => lines !== null && lines < LEAST_COVERAGE);
  for (const [language] of low)
    process.stderr.write(`The line coverage of ${language} is below ${LEAST_COVERAGE} %\n`);
  if (existsSync(SERVERS_REPORT))
    process.stdout.write(
      `real servers and engines:\n${readFileSync(SERVERS_REPORT, 'utf8').replaceAll(/^(?=.)/gm, '  ')}`,
    );
  // Again at the end, where a reader of a long log looks first.
  for (const each of typescript.unsteady) process.stdout.write(`passed on its second run: ${each}\n`);
  for (const failure of [...failures, ...typescript.failures]) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed > 0 || low.length > 0 ? 1 : 0;
}

async function runVitest(filter) {
  const whole = filter.length === 0;
  // The threshold is checked here, so that a low coverage is told apart from a failed test.
  const measure = whole ? ['--coverage', '--coverage.thresholds.lines=0', '--coverage.reportOnFailure'] : [];
  const first = await vitestOnce('vitest.json', [...measure, ...filter]);
  const lines = whole ? readJson(join(ROOT, 'coverage', 'coverage-summary.json'))?.total.lines.pct : null;
  const told = { lines: typeof lines === 'number' ? lines : null };
  const again = whole ? failedFiles(first.report) : [];
  if (again.length === 0 || again.length > MOST_REPEATED)
    return {
      ...told,
      counts: vitestCounts(first.report, first.code),
      failures: vitestFailures(first.report),
      unsteady: [],
    };
  // Real servers and browsers now and then miss a deadline. Such a test is told of, so that it gets mended.
  const second = await vitestOnce('vitest-again.json', again);
  const failures = vitestFailures(second.report);
  return {
    ...told,
    counts: settledCounts({ first: vitestCounts(first.report, first.code), second, failures }),
    failures,
    unsteady: vitestFailures(first.report).filter((line) => !failures.some((each) => sameTest(each, line))),
  };
}

async function vitestOnce(name, args) {
  const report = join(REPORTS, name);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runShown({
    command: process.execPath,
    args: [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...args],
    env: { FINSIGHT_SERVERS_REPORT: SERVERS_REPORT },
  });
  return { code, report: readJson(report) };
}

async function runPytest() {
  const none = { counts: { passed: 0, failed: 0, skipped: 0 }, lines: null };
  if (mlIsOff()) {
    process.stderr.write('Python tests skipped: FINSIGHT_ML=off\n');
    return { ...none, counts: { ...none.counts, skipped: 1 } };
  }
  if (!existsSync(join(ML_PROJECT, 'pyproject.toml'))) return none;
  const report = join(REPORTS, 'pytest.xml');
  const measured = join(REPORTS, 'python-coverage.json');
  const code = await runShown({
    command: executable(ML_ENVIRONMENT, 'python'),
    args: [
      '-m',
      'pytest',
      '-q',
      `--junitxml=${report}`,
      '--cov=finsight_ml',
      `--cov-report=json:${measured}`,
    ],
    cwd: ML_PROJECT,
    // Spinning threads on busy cores turn seconds into minutes.
    env: { OMP_NUM_THREADS: '1' },
  });
  const lines = readJson(measured)?.totals.percent_covered;
  return { counts: junitCounts(report, code), lines: typeof lines === 'number' ? lines : null };
}
