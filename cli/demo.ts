import { InvalidArgumentError } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { overfitDemo } from '../domain/significance/demo.js';
import { demoRollback, FAULTS, type Fault } from './demo/rollback.js';
import { demoSettling } from './demo/settling.js';
import { printJson, printTable, say } from './output.js';
import { localOption } from './returns-files.js';
import { decimalNumber, wholeNumber, type AddCommands } from './shell.js';

interface OverfitOptions {
  strategies: number;
  days: number;
  seed: string;
  edge: number;
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `24h`, `90m` or `3d` as milliseconds. @throws InvalidArgumentError */
function duration(text: string): number {
  const [, number, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (number) return Number(number) * (UNITS[unit] ?? NaN);
  throw new InvalidArgumentError(
    'A duration is a whole number of minutes, hours or days, such as 90m, 24h or 3d.',
  );
}

/** `demo overfit`: why the number of trials counts, shown on a market without any edge. */
export const addDemo: AddCommands = (program, shell) => {
  const demo = program.command('demo').description('what the statistics are for, shown on made markets');
  localOption(demo.command('overfit'))
    .description('pick the best of many strategies on a random walk, and ask whether it is luck')
    .option('--strategies <n>', 'that are tried: crossings of averages, followed or faded', wholeNumber, 500)
    .option('--days <n>', 'of the made market', wholeNumber, 730)
    .option('--seed <text>', 'of the made market', '1')
    .option(
      '--edge <share>',
      'what one of them really knows: 0.1 is right six times of ten',
      decimalNumber,
      0,
    )
    .action((options: OverfitOptions) => {
      const { strategies, days, seed, edge } = options;
      const result = overfitDemo({ strategies, days, seed, edge });
      if (shell.json()) return printJson({ ...options, ...result });
      const { verdict, naive, ...figures } = result;
      printTable(Object.entries(figures).map(([figure, value]) => ({ figure, value })));
      process.stdout.write(
        `as if it were the only one: ${naive}\nas the best of ${strategies}: ${verdict}\n`,
      );
      if (edge === 0) say('Nothing can be earned on this market: it is a random walk.');
    });
  demo
    .command('settle')
    .description(
      'make predictions on a simulated market, skip the time to their horizon, and let them settle',
    )
    .option('--n <n>', 'predictions', wholeNumber, 1000)
    .option('--horizon <duration>', 'how far ahead, such as 90m, 24h or 3d', duration, duration('24h'))
    .option('--seed <n>', 'of the simulated market', '1')
    .action(async ({ n, horizon, seed }: { n: number; horizon: number; seed: string }) => {
      if (n < 1 || n > MOST_PREDICTIONS)
        throw new InvalidInputError(`--n ${n} is not between 1 and ${MOST_PREDICTIONS}`);
      if (!/^\d+$/.test(seed)) throw new InvalidInputError(`--seed "${seed}" is no whole number`);
      const result = await demoSettling({ n, horizonMs: horizon, seed });
      if (shell.json()) return printJson(result);
      const { parts, memoryMb, ...figures } = result;
      const rows = { ...figures, making: parts.making, settling: parts.settling, memoryMb: memoryMb.process };
      printTable(Object.entries(rows).map(([figure, value]) => ({ figure, value })));
    });
  demo
    .command('rollback')
    .description('break the canary of a model while requests come, and see it rolled back')
    .option('--fault <kind>', `what is planted: ${FAULTS.join(', ')}`, 'nan')
    .option('--rate <n>', 'requests per second', wholeNumber, 40)
    .option('--seed <n>', 'of the simulated market', '1')
    .action(async ({ fault, rate, seed }: { fault: string; rate: number; seed: string }) => {
      if (!FAULTS.includes(fault as Fault))
        throw new InvalidInputError(`Unknown fault "${fault}"; known: ${FAULTS.join(', ')}`);
      if (rate < 1 || rate > MOST_RATE)
        throw new InvalidInputError(`--rate ${rate} is not between 1 and ${MOST_RATE}`);
      if (!/^\d+$/.test(seed)) throw new InvalidInputError(`--seed "${seed}" is no whole number`);
      const result = await demoRollback({ fault: fault as Fault, rate, seed });
      if (shell.json()) return printJson(result);
      const { reasons, lostReasons, ...figures } = result;
      printTable(Object.entries(figures).map(([figure, value]) => ({ figure, value })));
      for (const reason of [...reasons, ...lostReasons]) say(`  ${reason}`);
    });
};

/** More would be refused: the API takes 200 requests per second of one principal. */
const MOST_RATE = 150;
const MOST_PREDICTIONS = 100_000;
