import { delimiter, join } from 'node:path';
import { projectRoot } from '../config.js';
import { javaEngines, pythonEngines, pythonOf } from './place.js';

/** A command that prints one JSON line an engine: `{engine, version?, bars, single, combinations, grid, nsPerBarCombination}`, CPU seconds. */
export interface PeerCommand {
  engine: string;
  command: string;
  args: string[];
  cwd: string;
}

/**
 * Commands that measure the installed engines of others (and numpy) on a crossing of averages; none where none is
 * installed. Backtrader takes 30 µs a bar and combination: ask it for few.
 */
export function peerCommands(wanted: {
  bars: number;
  fasts: number[];
  slows: number[];
  engines?: string[];
}): PeerCommand[] {
  const job = [String(wanted.bars), wanted.fasts.join(','), wanted.slows.join(',')];
  const names = wanted.engines ?? ['numpy', 'vectorbt', 'backtesting.py', 'backtrader', 'ta4j'];
  const [python, java] = [pythonEngines(), javaEngines()];
  return names.flatMap((engine): PeerCommand[] => {
    if (engine === 'ta4j') {
      if (!java) return [];
      const path = [java.place, join(java.place, 'jars', '*')].join(delimiter);
      const args = ['-Xmx4g', '-XX:+UseSerialGC', '-cp', path, 'Ta4jEngine', 'bench', ...job];
      return [{ engine, command: 'java', args, cwd: java.place }];
    }
    if (!python) return [];
    const args = ['-m', 'finsight_verify.bench', ...job, engine];
    return [{ engine, command: pythonOf(python), args, cwd: join(projectRoot(), 'ml-pipelines') }];
  });
}
