import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { readFile } from '../../activities/indicators.js';
import { verifyBars, type VerifyOptions } from '../../activities/backtest/verify.js';
import { openPorts } from '../../adapters/open.js';
import type { VerificationReport } from '../../domain/backtest/verification.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { InvalidInputError } from '../../domain/errors.js';
import { resolveStrategy, STRATEGIES } from '../../domain/strategies/index.js';
import { parseStream } from '../../domain/streams.js';
import { addLayoutOptions } from '../bars-files.js';
import { EXIT, printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { decimalNumber, given, jsonObject, list, type Shell } from '../shell.js';

interface Flags extends VerifyOptions {
  local?: boolean;
  bars?: string;
  source?: string;
  from?: string;
  to?: string;
}

/** `backtest verify`: the same backtest by every engine, trade by trade. */
export function addVerify(backtest: Command, shell: Shell): void {
  addLayoutOptions(backtest.command('verify [stream]'))
    .description('run the same backtest on every installed engine and compare trade by trade')
    .option('--bars <file>', 'with --local: csv, json, ndjson, parquet or arrow, plain, gzip or zip')
    .requiredOption(
      '--strategy <name>',
      Object.keys(STRATEGIES).join(', '),
      (name: string) => resolveStrategy(name).name,
    )
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--size <kind:amount>', 'units:<n>, or equity:<fraction> (default: equity:1)', sizeOf)
    .option('--cash <amount>', 'start cash, quote currency (default: 100000)', decimalNumber)
    .option('--fee-bps <bps>', 'fee per side (default: 10)', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill (default: 0)', decimalNumber)
    .option('--engines <list>', 'only these; backtest engines lists them', list)
    .addOption(
      new Option('--decide <by>', 'rule: by their own indicators; replay: our decisions').choices([
        'rule',
        'replay',
      ]),
    )
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>', 'of the stored bars')
    .option('--to <time>', 'of the stored bars')
    .action(async (stream: string | undefined, flags: Flags) => {
      const report = flags.local ? await local(shell, stream, flags) : await durable(shell, stream, flags);
      if (shell.json()) printJson(report);
      else show(report);
      shell.endWith(exitCodeOf(report));
    });
}

async function local(shell: Shell, stream: string | undefined, flags: Flags): Promise<VerificationReport> {
  const { local: _, bars, source: _source, from: _from, to: _to, ...options } = flags;
  if (bars === undefined || stream !== undefined)
    throw new InvalidInputError('--local verifies on a file: give --bars <file>, and no stream');
  const ports = openPorts(shell.config());
  try {
    const { strategy, params, size, cash, feeBps, slippageBps, engines, decide, ...layout } = options;
    const columns = await readFile(ports, { ...given(layout), path: resolve(bars) });
    const job = given({
      strategy,
      params,
      size,
      cash,
      feeBps,
      slippageBps,
      engines,
      decide,
    }) as VerifyOptions;
    return await verifyBars(ports, columns, job, say);
  } finally {
    await ports.close();
  }
}

async function durable(shell: Shell, stream: string | undefined, flags: Flags): Promise<VerificationReport> {
  const { local: _, bars, ...options } = flags;
  if (stream === undefined || bars !== undefined)
    throw new InvalidInputError(
      'Give a stored stream, such as binance/BTC-USDT/1h, or --local --bars <file>',
    );
  parseStream(stream);
  return (await runStory(
    shell.config(),
    'verifyBacktest',
    given({ stream, ...options }),
  )) as VerificationReport;
}

/** Reads `units:1`, `equity:0.5`. @throws InvalidInputError */
function sizeOf(text: string): RunSpec['size'] {
  const [, kind, number] = /^(units|equity):(\S+)$/.exec(text) ?? [];
  const amount = Number(number);
  if (!kind || !(amount > 0))
    throw new InvalidInputError(
      `Unknown size "${text}"; write units:<n> or equity:<fraction>, such as units:1`,
    );
  return kind === 'units' ? { kind: 'units', units: amount } : { kind: 'equity', fraction: amount };
}

/** 5 where there was nothing to compare with. */
function exitCodeOf({ verdict, engines }: VerificationReport): number {
  if (verdict === 'unexplained') return EXIT.failed;
  if (verdict !== 'unchecked') return EXIT.done;
  const there = engines.filter(({ available }) => available);
  const why = there.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');
  say(
    there.length === 0
      ? 'finsight: no engine to compare with is reachable; install them: finsight backtest engines install'
      : `finsight: no engine has such a backtest (${why})`,
  );
  return there.length === 0 ? EXIT.unreachable : EXIT.input;
}

const SHOWN = 20;

function show({ reference, engines, verdict }: VerificationReport): void {
  const { entries, exits, finalEquity } = reference;
  say(
    `${reference.engine} ${reference.version}: ${entries} entries, ${exits} exits, final equity ${finalEquity}`,
  );
  printTable(
    engines.map(
      ({
        engine,
        version,
        decided,
        trades,
        equal,
        differing,
        finalEquityDifference,
        verdict: its,
        cpuSeconds,
        reason,
      }) => ({
        engine,
        version,
        decides: decided,
        trades,
        equal,
        differing: trades === null ? null : differing.length,
        equity: finalEquityDifference?.toPrecision(3),
        verdict: its,
        cpu: cpuSeconds?.toFixed(2),
        reason: reason ?? '',
      }),
    ),
  );
  const rows = engines.flatMap(({ engine, differing }) => differing.map((each) => ({ engine, ...each })));
  if (rows.length > 0) printTable(rows.slice(0, SHOWN));
  if (rows.length > SHOWN) say(`and ${rows.length - SHOWN} more; --json shows all`);
  say(`verdict: ${verdict}`);
}
