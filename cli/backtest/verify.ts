import { Option, type Command } from 'commander';
import { readFileBars } from '../../activities/backtest/bars-file.js';
import { verifyBars, type VerifyOptions } from '../../activities/backtest/verify.js';
import { parseSize } from '../../domain/backtest/sizing.js';
import { OTHER_ENGINES, type VerificationReport } from '../../domain/backtest/verification.js';
import { InvalidInputError } from '../../domain/errors.js';
import { canonicalStream } from '../../domain/streams.js';
import { EXIT, printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { given, jsonObject, list, type Shell } from '../shell.js';
import {
  addBacktestFlags,
  eventsOf,
  fileOf,
  periodsOf,
  refuseFileFlags,
  slippageOf,
  specOf,
  withPorts,
  type BacktestFlags,
} from './flags.js';

interface VerifyFlags extends BacktestFlags {
  params?: Record<string, number>;
  engines?: string[];
  decide?: 'rule' | 'replay';
}

/** `backtest verify`: the same backtest by every engine, trade by trade. */
export function addVerify(backtest: Command, shell: Shell): void {
  addBacktestFlags(backtest.command('verify [stream]'))
    .description('run the same backtest on every installed engine and compare trade by trade')
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--engines <list>', 'only these; backtest engines lists them', list)
    .addOption(
      new Option('--decide <by>', 'rule: by their own indicators; replay: our decisions').choices([
        'rule',
        'replay',
      ]),
    )
    .action(async (stream: string | undefined, flags: VerifyFlags) => {
      const report = flags.local ? await local(shell, stream, flags) : await durable(shell, stream, flags);
      if (shell.json()) printJson(report);
      else show(report);
      shell.endWith(exitCodeOf(report));
    });
}

async function local(
  shell: Shell,
  stream: string | undefined,
  flags: VerifyFlags,
): Promise<VerificationReport> {
  const file = fileOf(flags, stream);
  const { strategy, ...spec } = specOf(flags);
  const { params, engines, decide } = flags;
  const options: VerifyOptions = { ...given({ params, engines, decide }), strategy, spec };
  return withPorts(shell, async (ports) => {
    const { bars } = await readFileBars(ports, file);
    return verifyBars(ports, bars, options, say);
  });
}

async function durable(
  shell: Shell,
  stream: string | undefined,
  flags: VerifyFlags,
): Promise<VerificationReport> {
  if (stream === undefined)
    throw new InvalidInputError('Say what to verify on: a stream, or --local --bars <file>');
  refuseFileFlags(flags);
  const own = Object.keys(eventsOf(flags))[0];
  if (own !== undefined)
    throw new InvalidInputError(
      `${own} is known to the event-driven engine alone; there is no other to compare it with`,
    );
  const { strategy, params, engines, decide, source, from, to, cash, feeBps, closeAtEnd } = flags;
  const size = flags.size === undefined ? undefined : parseSize(flags.size);
  const input = { strategy, params, engines, decide, source, from, to, cash, feeBps, closeAtEnd, size };
  const story = {
    stream: canonicalStream(stream),
    ...given({ ...input, periodsPerYear: periodsOf(flags) }),
    ...slippageOf(flags, 0),
  };
  return (await runStory(shell.config(), 'verifyBacktest', story)) as VerificationReport;
}

/** 5 where there was nothing to compare with. */
function exitCodeOf({ verdict, engines }: VerificationReport): number {
  if (verdict === 'unexplained') return EXIT.failed;
  if (verdict !== 'unchecked') return EXIT.done;
  const there = engines.filter(
    ({ engine, available }) => available && OTHER_ENGINES[engine] !== 'typescript',
  );
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
