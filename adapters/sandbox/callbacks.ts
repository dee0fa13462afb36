import type { QuickJSHandle } from 'quickjs-emscripten-core';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import type { EventContext, EventStrategy, OrderRequest } from '../../domain/backtest/events/types.js';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import type { Indicator } from '../../domain/indicators/indicator.js';
import { INDICATORS, parseIndicator } from '../../domain/indicators/registry.js';
import type { BarColumns } from '../../domain/bars.js';
import type { Answer, Fault, Task } from './messages.js';

type EventsTask = Extract<Task, { kind: 'events' }>;

/** What this needs of a room of worker.ts. */
export interface CallbackRoom {
  call(own: QuickJSHandle, name: string, args: QuickJSHandle[]): QuickJSHandle | Fault;
  text(value: string): QuickJSHandle;
  /** A function that is called from inside with two texts. */
  host(answer: (kind: string, json: string) => string | number | boolean): QuickJSHandle;
  /** A method of an object inside, that takes texts and gives something plain. */
  method(of: QuickJSHandle, name: string): (...texts: string[]) => unknown;
}

/** What ended a callback, on its way through the engine. */
class Thrown extends Error {
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}
export const throwFault = (fault: Fault): never => {
  throw new Thrown(fault);
};

/**
 * Runs a user's callbacks by the engine, which stays outside of the sandbox: fills, account and figures are none of
 * the user's to touch, and later bars are not inside to be read.
 */
export function backtestCallbacks(
  task: EventsTask,
  room: CallbackRoom,
  { own, module }: { own: QuickJSHandle; module: QuickJSHandle },
): Answer {
  const { bars, params, timeframeMs, spec, funding } = task;
  let engine: EventContext | null = null;
  const values = indicatorValues(bars);
  const ask = room.host((kind, json) => {
    try {
      if (!engine) throw new InvalidInputError(`${kind} is for callbacks; there is no bar yet`);
      return answerOf(engine, { kind, value: json === '' ? null : JSON.parse(json), values });
    } catch (error) {
      return `!${messageOf(error)}`;
    }
  });
  const handed = room.text(JSON.stringify({ rows: bars.close.length, params, timeframeMs }));
  const opened = room.call(own, 'openEvents', [module, handed, ask]);
  if ('fault' in opened) return opened;
  const bar = room.method(opened, 'bar');
  const fill = room.method(opened, 'fill');
  const strategy: EventStrategy = {
    onBar(context) {
      engine = context;
      // What is no number is refused by the engine, in its words.
      return bar(stateOf(context)) as number;
    },
    onFill(context, event) {
      engine = context;
      fill(stateOf(context), JSON.stringify(event));
    },
  };
  try {
    return { outcome: backtestEvents({ bars, strategy, spec, ...(funding && { funding }) }) };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const index = (engine as EventContext | null)?.index ?? -1;
    if (error.cause instanceof Thrown) return { ...error.cause.fault, bar: index };
    return { fault: 'refuses', bar: index, text: error.message, stack: '' };
  }
}

const stateOf = (context: EventContext): string => {
  const { index, time, position, cash, equity } = context;
  const bar = [context.open(), context.high(), context.low(), context.close(), context.volume()];
  return JSON.stringify([index, time, ...bar, position, cash, equity]);
};

function answerOf(
  engine: EventContext,
  { kind, value, values }: { kind: string; value: unknown; values: ReturnType<typeof indicatorValues> },
): string | number | boolean {
  switch (kind) {
    case 'order':
      return engine.order(value as OrderRequest);
    case 'orders':
      return JSON.stringify(engine.orders());
    case 'cancel':
      return engine.cancel(value as number);
    case 'target':
      engine.target(value as number);
      return true;
    default:
      return values(value as [string, unknown[]], engine.index);
  }
}

const MOST_COLUMNS = 64;

/** Values of indicators at a bar. Each is computed once over all bars: at a bar it depends on those up to it alone. */
function indicatorValues(bars: BarColumns) {
  const known = new Map<string, Record<string, Float64Array>>();
  return ([name, args]: [string, unknown[]], index: number): string => {
    const { args: filled } = parseIndicator(args.length > 0 ? `${name}:${args.join(',')}` : name);
    const key = `${name} ${filled.join()}`;
    let columns = known.get(key);
    if (!columns) {
      if (known.size >= MOST_COLUMNS)
        throw new InvalidInputError(
          `More than ${MOST_COLUMNS} different indicators are asked for; their arguments must not change with the bars`,
        );
      columns = (INDICATORS[name] as Indicator).compute(bars, filled);
      known.set(key, columns);
    }
    return JSON.stringify(
      Object.fromEntries(Object.entries(columns).map(([output, column]) => [output, column[index] ?? null])),
    );
  };
}
