import type { Ports } from '../../adapters/ports.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { isStrategyFile, readSource } from '../../domain/strategies/source.js';
import { jsonObject, type Shell } from '../shell.js';
import { withPorts } from './flags.js';

/** A strategy as stories take it: a file goes as its text and those of the files beside it that it imports. */
export interface SentStrategy {
  strategy: string;
  code?: Record<string, string>;
}

/** @throws NotFoundError, InvalidInputError naming the line that cannot be read, or that it is too large */
export async function sentStrategy(shell: Shell, name: string): Promise<SentStrategy> {
  return isStrategyFile(name) ? withPorts(shell, (ports) => sentFile(ports, name)) : { strategy: name };
}

async function sentFile(ports: Ports, path: string): Promise<SentStrategy> {
  const { entry, files } = await ports.strategyFiles.read(path);
  return { strategy: entry, code: readSource(entry, files).files };
}

/** As it is told on the command line. */
export interface StrategyEntry {
  strategy: string;
  params?: Record<string, number>;
}

/** `donchian`, `./my.ts`, or either with parameters: `sma-cross:{"fast":10}`. @throws InvalidInputError */
export function parseEntry(text: string): StrategyEntry {
  const brace = text.indexOf(':{');
  const name = brace < 0 ? text : text.slice(0, brace);
  const strategy = isStrategyFile(name) ? name : resolveStrategy(name).name;
  return brace < 0
    ? { strategy }
    : { strategy, params: jsonObject(text.slice(brace + 1)) as Record<string, number> };
}
