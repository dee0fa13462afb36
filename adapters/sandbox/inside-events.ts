import { INDICATORS } from '../../domain/indicators/registry.js';
import type {
  EventContext,
  FillEvent,
  OrderRequest,
  WorkingOrder,
} from '../../domain/backtest/events/types.js';

/**
 * The part inside the sandbox of a strategy with callbacks. The engine runs outside: what is here knows the bars up to
 * the current one and what it is told of its account, and can only ask for orders. Nothing later ever comes in.
 */
const { stringify, parse } = JSON;
const { freeze, keys } = Object;
const { apply } = Reflect;
const Floats = Float64Array;
const Failure = Error;
const { isInteger } = Number;
const text = String;

/** Asks the engine outside; a text that begins with ! is why it refuses. */
type Ask = (kind: string, json: string) => unknown;

interface Callbacks {
  onBar(context: unknown): unknown;
  onFill?(context: unknown, fill: FillEvent): unknown;
}

interface EventsHanded {
  rows: number;
  params: Record<string, number>;
  timeframeMs: number;
}

/** Index, the bar's columns, position, cash and equity; null for what JSON cannot say. */
type State = (number | null)[];

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
type Column = (typeof COLUMNS)[number];

/** `bar` gives what `onBar` gave: a number, undefined, or in words what else it was. */
export function openCallbacks(
  callbacks: Callbacks,
  {
    handed,
    ask,
    calendar,
    describe,
  }: { handed: string; ask: Ask; calendar: unknown; describe(value: unknown): string },
): { bar(state: string): unknown; fill(state: string, fill: string): void } {
  const { rows, params, timeframeMs } = parse(handed) as EventsHanded;
  const past = {} as Record<Column, Float64Array>;
  for (const name of COLUMNS) past[name] = new Floats(rows);
  const now = { index: -1, position: 0, cash: 0, equity: 0 };
  const context = freeze(
    Object.defineProperties(
      { ...contextOf(past, now, ask), params: freeze(params), timeframeMs, calendar },
      {
        index: { get: () => now.index, enumerable: true },
        time: { get: () => past.time[now.index], enumerable: true },
        position: { get: () => now.position, enumerable: true },
        cash: { get: () => now.cash, enumerable: true },
        equity: { get: () => now.equity, enumerable: true },
      },
    ),
  );
  const take = (state: string): void => {
    const [index, ...values] = parse(state) as State;
    now.index = index ?? -1;
    for (let i = 0; i < COLUMNS.length; i++) past[COLUMNS[i] as Column][now.index] = values[i] ?? NaN;
    now.position = values[6] ?? NaN;
    now.cash = values[7] ?? NaN;
    now.equity = values[8] ?? NaN;
  };
  const { onBar, onFill } = callbacks;
  return {
    bar(state) {
      take(state);
      const wanted = apply(onBar, callbacks, [context]) as unknown;
      return typeof wanted === 'number' || wanted === undefined ? wanted : describe(wanted);
    },
    fill(state, fill) {
      take(state);
      if (onFill) apply(onFill, callbacks, [context, freeze(parse(fill))]);
    },
  };
}

function contextOf(
  past: Record<Column, Float64Array>,
  now: { index: number },
  ask: Ask,
): Omit<EventContext, 'index' | 'time' | 'position' | 'cash' | 'equity'> & { indicators: unknown } {
  const reader =
    (name: Exclude<Column, 'time'>) =>
    (back = 0): number => {
      if (!(back >= 0) || !isInteger(back)) throw pastOnly(name, back);
      return back > now.index ? NaN : (past[name][now.index - back] as number);
    };
  const told = (kind: string, json: string): unknown => {
    const answer = ask(kind, json);
    if (typeof answer === 'string' && answer[0] === '!') throw new Failure(answer.slice(1));
    return answer;
  };
  return {
    open: reader('open'),
    high: reader('high'),
    low: reader('low'),
    close: reader('close'),
    volume: reader('volume'),
    history(name, count) {
      const column = COLUMNS.includes(name) ? past[name] : undefined;
      if (!column) throw new Failure(`Unknown column "${text(name)}" of the history`);
      if (!(count >= 0) || !isInteger(count)) throw pastOnly('history', count);
      const first = now.index + 1 - count;
      return column.slice(first > 0 ? first : 0, now.index + 1);
    },
    orders: () => parse(told('orders', '') as string) as WorkingOrder[],
    order: (request: OrderRequest) => told('order', stringify(request, marked) ?? 'null') as number,
    cancel: (id) => told('cancel', stringify(id, marked) ?? 'null') as boolean,
    target: (wanted) => void told('target', stringify(wanted, marked) ?? 'null'),
    indicators: indicatorsOf(told),
  };
}

/** JSON has no NaN, no infinities and no big integers: they go out as texts, so that they are refused by name. */
const marked = (_name: string, value: unknown): unknown =>
  (typeof value === 'number' && (value !== value || value === Infinity || value === -Infinity)) ||
  typeof value === 'bigint' ||
  typeof value === 'function' ||
  typeof value === 'symbol'
    ? text(value)
    : value;

/** The value at the current bar: `SMA(20)` is a number, `BB(20, 2)` several by name. */
function indicatorsOf(
  told: (kind: string, json: string) => unknown,
): Record<string, (...args: number[]) => unknown> {
  const made: Record<string, (...args: number[]) => unknown> = {};
  for (const name of keys(INDICATORS))
    made[name] = (...args) => {
      const answer = parse(told('indicator', stringify([name, args], marked)) as string) as Record<
        string,
        number | null
      >;
      for (const output of keys(answer)) answer[output] ??= NaN;
      return '' in answer ? answer[''] : answer;
    };
  return freeze(made);
}

const pastOnly = (name: string, asked: unknown): Error =>
  new Failure(
    `${name}(${text(asked)}) asks for what is not known; it takes whole numbers from 0 on, counted back from the current bar`,
  );
