import type { BacktestResult, Trade } from '../../domain/backtest/spec.js';
import { NotFoundError } from '../../domain/errors.js';
import { segment } from '../query.js';
import type { Context } from '../route.js';

export const backtestId = segment('Backtest id', 'bt_0123456789abcdef01234567');

/** @throws NotFoundError */
export async function findBacktest(context: Context, wanted: string): Promise<BacktestResult> {
  const found = await context.ports.documents.get<BacktestResult>('backtests', wanted);
  if (!found) throw new NotFoundError(`No backtest "${wanted}"`);
  return found;
}

export interface BacktestFile {
  time: number[];
  equity: (number | null)[];
  trades: Trade[];
}

/** The stored curve and trades. @throws DataQualityError where the bytes are not those that were stored. */
export async function readDetail(context: Context, { detail }: BacktestResult): Promise<BacktestFile> {
  const bytes = await context.ports.objects.get(detail.key, detail.sha256);
  return JSON.parse(new TextDecoder().decode(bytes)) as BacktestFile;
}
