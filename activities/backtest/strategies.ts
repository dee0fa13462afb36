import type { StrategyFile } from '../../adapters/ports-strategies.js';
import type { Ports } from '../../adapters/ports.js';
import { DataQualityError, InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { isStrategyFile, sourceKeyOf, type StrategySource } from '../../domain/strategies/source.js';
import type { SignalInput, Strategy } from '../../domain/strategies/strategy.js';

/** A strategy of ours, or a user's own file in its sandbox: close it to end that. */
export interface OpenStrategy extends Pick<Strategy, 'name' | 'params' | 'needs' | 'fault' | 'rule'> {
  warmUp(params: Record<string, number>): number | Promise<number>;
  signal(input: SignalInput): Float64Array | Promise<Float64Array>;
  /** In the place of a signal: callbacks that lay orders. */
  backtest?: NonNullable<StrategyFile['backtest']>;
  /** Digest of a user's file. */
  code?: string;
  close(): Promise<void>;
}

/** What a step is told: a name of ours; or the name of a file, and the digest of its source among the objects. */
export interface NamedStrategy {
  strategy: string;
  code?: string;
}

/** @throws InvalidInputError, NotFoundError where the source is not stored, DataQualityError where it is another one */
export async function openStrategy(ports: Ports, named: NamedStrategy): Promise<OpenStrategy> {
  const { strategy: name, code } = named;
  if (code === undefined && !isStrategyFile(name)) return ours(name);
  if (code === undefined)
    throw new InvalidInputError(
      `${name} is a file, which is not where this runs; send its text as code ("finsight backtest run" does)`,
    );
  return usersOwn(await loadStrategy(ports, name, code));
}

/** A user's file by its path, its source, or the digest of its stored source. @throws as `openStrategy` */
export async function loadStrategy(
  ports: Ports,
  name: string,
  code?: string | StrategySource,
): Promise<StrategyFile> {
  if (typeof code !== 'string') return ports.strategyFiles.load(code ?? name);
  const file = await ports.strategyFiles.load(await storedSource(ports, name, code));
  if (file.sha256 === code) return file;
  await file.close();
  throw new DataQualityError(`The stored source of ${name} has the digest ${file.sha256}, not ${code}`);
}

/** As a command in this process is told: a name of ours, or a path. */
export async function openLocalStrategy(ports: Ports, name: string): Promise<OpenStrategy> {
  if (isStrategyFile(name)) return usersOwn(await ports.strategyFiles.load(name));
  const strategy = ours(name);
  if (strategy.needs)
    throw new InvalidInputError(
      `${strategy.name} needs ${strategy.needs}, which a file of bars does not hold; run it on a stored stream, or take another strategy`,
    );
  return strategy;
}

async function storedSource(ports: Ports, name: string, code: string): Promise<StrategySource> {
  const bytes = await ports.objects.get(sourceKeyOf(code)).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`The source of ${name}, ${code}, is not stored; send its text as code`);
  });
  return JSON.parse(new TextDecoder().decode(bytes)) as StrategySource;
}

const ours = (name: string): OpenStrategy => ({
  ...resolveStrategy(name),
  close: async () => undefined,
});

const usersOwn = (file: StrategyFile): OpenStrategy => ({
  name: file.name,
  params: file.params,
  warmUp: (params) => file.warmUp(params),
  signal: (input) => file.signal(input),
  ...(file.backtest && { backtest: file.backtest }),
  code: file.sha256,
  close: () => file.close(),
});

/** How a path is told in results: the same file is the same strategy wherever it lies. */
export const strategyName = (name: string): string =>
  isStrategyFile(name) ? (name.split(/[\\/]/).at(-1) ?? name) : name;

/** What has to be said where there are too few bars for any decision that has all it needs; null elsewhere. */
export async function warmUpNote(
  { name, warmUp }: Pick<OpenStrategy, 'name' | 'warmUp'>,
  params: Record<string, number>,
  bars: number,
): Promise<string | null> {
  const needed = await warmUp(params);
  if (needed < bars) return null;
  return `${name} needs ${needed} bars before its first decision, and there are ${bars}: it may never have decided.`;
}
