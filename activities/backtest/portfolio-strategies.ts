import { strategiesFault, type InstrumentStrategy } from '../../domain/backtest/portfolio/strategies.js';
import type { BarColumns } from '../../domain/bars.js';
import { canonicalJson } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { resolveParams } from '../../domain/strategies/index.js';
import { strategyName, warmUpNote, type NamedStrategy, type OpenStrategy } from './strategies.js';

/** A strategy as it is asked for. */
export interface StrategyChoice extends NamedStrategy {
  params?: Record<string, number>;
}

/** A strategy that is open, and how the spec tells it. */
export interface ChosenStrategy {
  opened: OpenStrategy;
  choice: InstrumentStrategy;
}

/** One for each stream. @throws InvalidInputError where it is not clear which */
export function choicesOf(asked: {
  streams: readonly string[];
  strategy?: string;
  code?: string;
  params?: Record<string, number>;
  strategies?: readonly StrategyChoice[];
}): StrategyChoice[] {
  const fault = strategiesFault(asked);
  if (fault !== null) throw new InvalidInputError(fault);
  const { streams, strategy = '', code, params, strategies } = asked;
  if (strategies) return [...strategies];
  return streams.map(() => ({ strategy, ...(code !== undefined && { code }), ...(params && { params }) }));
}

/** Opens each of them once, does something with them, and closes them. @throws InvalidInputError for what trades no portfolio */
export async function withStrategies<T>(
  choices: readonly StrategyChoice[],
  open: (choice: StrategyChoice) => Promise<OpenStrategy>,
  work: (chosen: ChosenStrategy[]) => Promise<T>,
): Promise<T> {
  const held = new Map<string, OpenStrategy>();
  try {
    const chosen: ChosenStrategy[] = [];
    for (const choice of choices) {
      const key = canonicalJson({ strategy: choice.strategy, code: choice.code ?? null });
      const opened = held.get(key) ?? (await open(choice));
      held.set(key, opened);
      chosen.push(chosenOf(opened, choice));
    }
    return await work(chosen);
  } finally {
    for (const opened of held.values()) await opened.close();
  }
}

function chosenOf(opened: OpenStrategy, { strategy, params = {} }: StrategyChoice): ChosenStrategy {
  if (opened.needs)
    throw new InvalidInputError(
      `${opened.name} needs ${opened.needs}; a portfolio runs strategies that decide by bars alone`,
    );
  const name = strategyName(strategy);
  if (opened.backtest)
    throw new InvalidInputError(
      `${name} lays orders in onBar; a portfolio shares its cash by weights, and runs strategies that give a signal`,
    );
  const { code } = opened;
  return {
    opened,
    choice: { strategy: name, ...(code !== undefined && { code }), params: resolveParams(opened, params) },
  };
}

/** What it decides on the bars of its instrument, and what has to be said of that. */
export async function signalFor(
  chosen: ChosenStrategy | undefined,
  { name, bars, timeframeMs }: { name: string; bars: BarColumns; timeframeMs: number },
): Promise<{ signal: Float64Array; note: string | null }> {
  if (!chosen) throw new InvalidInputError(`No strategy trades ${name}; give one for all, or one each`);
  const { opened, choice } = chosen;
  const { params } = choice;
  const note = await warmUpNote(opened, params, bars.time.length);
  return {
    signal: await opened.signal({ bars, params, timeframeMs }),
    note: note === null ? null : `${name}: ${note}`,
  };
}
