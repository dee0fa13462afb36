import { overfitDemo } from '../domain/significance/demo.js';
import { printJson, printTable, say } from './output.js';
import { localOption } from './returns-files.js';
import { decimalNumber, wholeNumber, type AddCommands } from './shell.js';

interface OverfitOptions {
  strategies: number;
  days: number;
  seed: string;
  edge: number;
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
};
