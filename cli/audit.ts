import { resolve } from 'node:path';
import { lookaheadSteps, type AuditAnswer } from '../activities/lookahead.js';
import type { BarsFileOptions } from '../activities/bars/file-judging.js';
import { openPorts } from '../adapters/open.js';
import { InvalidInputError } from '../domain/errors.js';
import { runSuite, type SuiteReport } from '../domain/lookahead/suite.js';
import { STRATEGIES } from '../domain/strategies/index.js';
import { isStrategyFile } from '../domain/strategies/source.js';
import { addLayoutOptions } from './bars-files.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { given, jsonObject, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface LookaheadOptions extends BarsFileOptions {
  suite?: boolean;
  strategy?: string;
  model?: string;
  params?: Record<string, number>;
  bars?: string;
  timeframe?: string;
  points?: number;
  source?: string;
  from?: string;
  to?: string;
  asOf?: string;
}

/** `audit lookahead`, in this process: a leak ends it with exit code 3. */
export const addAudit: AddCommands = (program, shell) => {
  const audit = program.command('audit').description('look for what could not be known when it was used');
  addLayoutOptions(audit.command('lookahead [stream]', { isDefault: true }))
    .description('cut the future off, change it, delay what is known, begin later: decisions must stay')
    .option('--suite', 'audit the audit: planted leaks must be found, what is clean must pass')
    .option('--strategy <name>', `a file such as ./my.ts, features, ${Object.keys(STRATEGIES).join(', ')}`)
    .option('--model <name@version>', 'a registered forecaster, with our features before it')
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--bars <file>', 'csv, json, ndjson, parquet or arrow, plain, gzip or zip')
    .option('--timeframe <timeframe>', 'of a file with gaps')
    .option('--points <count>', 'how often the future is cut off', wholeNumber)
    .option('--source <kind>', 'of stored bars')
    .option('--from <time>', 'of stored bars')
    .option('--to <time>', 'of stored bars')
    .option('--as-of <time>', 'of stored bars: only what was known then')
    .action(async (stream: string | undefined, options: LookaheadOptions) => {
      if (options.suite) return tellSuite(shell, await runSuite());
      tell(shell, await auditOne(shell, stream, options));
    });
};

async function auditOne(
  shell: Shell,
  stream: string | undefined,
  options: LookaheadOptions,
): Promise<AuditAnswer> {
  const { suite: _, strategy, model, params, bars, points, source, from, to, asOf, ...layout } = options;
  if ((strategy === undefined) === (model === undefined))
    throw new InvalidInputError(
      'Give --strategy <name or file> or --model <name@version>, or --suite for the planted leaks',
    );
  if (model !== undefined && params !== undefined)
    throw new InvalidInputError('--params are those of a strategy; a model has none');
  if (points !== undefined && !(points >= 1 && points <= 1000))
    throw new InvalidInputError(`--points is ${points}; it must be a whole number from 1 to 1000`);
  if ((bars === undefined) === (stream === undefined))
    throw new InvalidInputError('Give either --bars <file> or a stored stream, such as binance/BTC-USDT/1h');
  const target = given({ strategy, model, params, points });
  const ports = openPorts(shell.config());
  try {
    const steps = lookaheadSteps(ports);
    return stream === undefined
      ? await steps.auditFile({ ...given(layout), ...target, path: resolve(bars ?? '') })
      : await steps.auditStream({
          ...given({ source, from, to, asOf }),
          ...target,
          // The file lies where this runs.
          ...(isStrategyFile(strategy ?? '') && { code: await ports.strategyFiles.read(strategy ?? '') }),
          stream,
        });
  } finally {
    await ports.close();
  }
}

function tell(shell: Shell, answer: AuditAnswer): void {
  if (answer.leak) shell.endWith(EXIT.leak);
  if (shell.json()) return printJson(answer);
  printTable(
    answer.checks.map(({ check, verdict, points, differing, text }) => ({
      check,
      verdict,
      points,
      differing,
      text,
    })),
  );
  for (const note of answer.notes) say(note);
  say(
    answer.leak
      ? `${answer.subject} looks ahead`
      : `${answer.subject}: no look-ahead found on ${answer.bars} bars`,
  );
}

function tellSuite(shell: Shell, report: SuiteReport): void {
  if (!report.passed) shell.endWith(EXIT.failed);
  if (shell.json()) return printJson(report);
  printTable([
    ...report.planted.map(({ subject, foundBy, found, text }) => ({
      subject,
      expected: `leak by ${foundBy}`,
      verdict: found ? 'found' : 'MISSED',
      text,
    })),
    ...report.clean.map(({ subject, passed }) => ({
      subject,
      expected: 'clean',
      verdict: passed ? 'passed' : 'FLAGGED',
      text: '',
    })),
  ]);
}
