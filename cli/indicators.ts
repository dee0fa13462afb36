import { resolve } from 'node:path';
import { Option } from 'commander';
import type { BarsFileOptions } from '../activities/bars/file-judging.js';
import { indicatorSteps } from '../activities/indicators.js';
import { openPorts } from '../adapters/open.js';
import { InvalidInputError } from '../domain/errors.js';
import { INDICATORS, indicatorKeys, parseIndicators } from '../domain/indicators/registry.js';
import { addLayoutOptions } from './bars-files.js';
import { printJson, printTable } from './output.js';
import { given, type AddCommands } from './shell.js';

interface ComputeOptions extends BarsFileOptions {
  bars?: string;
  list: string;
  source?: string;
  from?: string;
  to?: string;
  asOf?: string;
}

/** `indicators compute|list`. As `bars export` they work in this process, beside a running platform, too. */
export const addIndicators: AddCommands = (program, shell) => {
  const indicators = program.command('indicators').description('indicators, equal to TA-Lib');
  addLayoutOptions(indicators.command('compute [stream]'))
    .description('of a file of bars (--bars), or of a stored stream')
    .option('--bars <file>', 'csv, json, ndjson, parquet or arrow, plain, gzip or zip')
    .requiredOption('--list <list>', "such as 'SMA:20;MACD:12,26,9;BB:20,2.0;OBV'; indicators list shows all")
    .addOption(new Option('--source <kind>', 'of the stored bars'))
    .option('--from <time>', 'of stored bars')
    .option('--to <time>', 'of stored bars')
    .option('--as-of <time>', 'of stored bars: only what was known then')
    .action(async (stream: string | undefined, options: ComputeOptions) => {
      parseIndicators(options.list);
      const { bars, list, source, from, to, asOf, ...layout } = options;
      if ((bars === undefined) === (stream === undefined))
        throw new InvalidInputError(
          'Give either --bars <file> or a stored stream, such as binance/BTC-USDT/1h',
        );
      const ports = openPorts(shell.config());
      try {
        const steps = indicatorSteps(ports);
        const report =
          stream === undefined
            ? await steps.computeFileIndicators({ ...given(layout), path: resolve(bars ?? ''), list })
            : await steps.computeStoredIndicators({ ...given({ source, from, to, asOf }), stream, list });
        if (shell.json()) return printJson(report);
        printTable(
          Object.entries(report.indicators).map(([key, column]) => ({
            key,
            warmUp: column.findIndex((value) => value !== null),
            bars: column.length,
            last: column.at(-1),
          })),
        );
      } finally {
        await ports.close();
      }
    });
  indicators
    .command('list', { isDefault: true })
    .description('names, arguments with their defaults, and keys')
    .action(() => {
      const rows = Object.entries(INDICATORS).map(([name, { summary, args, outputs }]) => {
        const defaults = args.map((each) => each.default);
        const example = args.length === 0 ? name : `${name}:${defaults.join(',')}`;
        const keys = Object.values(indicatorKeys({ name, args: defaults }));
        return { name, summary, example, keys, args, outputs };
      });
      if (shell.json()) return printJson({ indicators: rows });
      printTable(
        rows.map(({ example, args, keys, summary }) => ({
          example,
          arguments: args.map((each) => each.name).join(','),
          keys: keys.join(' '),
          summary,
        })),
      );
    });
};
