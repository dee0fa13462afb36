import type { Command } from 'commander';
import { resolve } from 'node:path';
import { TRAINERS, type Trainer } from '../domain/training/trainers.js';
import { decimalNumber, list, wholeNumber } from './shell.js';

export interface ResearchFlags {
  source?: string;
  symbols: string[];
  timeframe?: string;
  exchange?: string;
  from?: string;
  to?: string;
  horizonBars?: number;
  maxEpochs?: number;
  seed?: number;
  trainer?: Trainer;
  feeBps?: number;
  slippageBps?: number;
}

/** The options of the main job, for `start` and `run research`. */
export const researchOptions = (command: Command): Command =>
  command
    .option(
      '--source <kind>',
      'live, recorded:<dir>, simulated[:<seed>]; left out: the first that answers',
      absolute,
    )
    .option('--symbols <list>', 'such as BTC/USDT,ETH/USDT', list, ['BTC/USDT', 'ETH/USDT'])
    .option('--timeframe <timeframe>', 'bar length', '1h')
    .option('--exchange <id>', 'ccxt exchange id')
    .option('--from <time>', 'ISO 8601; default: two years before the last closed bar')
    .option('--to <time>', 'ISO 8601; default: the last closed bar')
    .option('--horizon-bars <n>', 'how far ahead to forecast', wholeNumber)
    .option('--max-epochs <n>', 'training epochs at most', wholeNumber)
    .option('--seed <n>', 'seed of the training', wholeNumber)
    .option('--trainer <name>', `what forecasts: ${TRAINERS.join(', ')}`)
    .option('--fee-bps <bps>', 'fee per side', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill', decimalNumber);

/** A relative directory is the caller's, not the worker's. */
const absolute = (source: string): string =>
  source.startsWith('recorded:') ? `recorded:${resolve(source.slice('recorded:'.length))}` : source;
