import { parentPort, workerData } from 'node:worker_threads';
import {
  DefaultIntrinsics,
  type CustomizeVariantOptions,
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { backtestCallbacks, throwFault } from './callbacks.js';
import type { Answer, Fault, Task, WorkerStart } from './messages.js';

/**
 * The thread in which a user's strategy runs: QuickJS as WebAssembly, which has nothing but the language. A thread
 * alone would be no sandbox; it is there so that one that does not stop can be ended.
 */
const { inside, strategy, limits } = workerData as WorkerStart;

/** Below the C stack of the module: what goes deeper is an error inside, not a crash. */
const STACK_BYTES = 256 * 1024;
/** For telling what an error says, after the time has run out. */
const EXPLAIN_MS = 200;
const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** The module's own memory is what is limited: QuickJS's limit does not hold for what typed arrays take. */
const PAGE_BYTES = 65_536;
const FIRST_PAGES = 256;
/** Node's types have this one only in part. */
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;
type MemoryConstructor = new (pages: {
  initial: number;
  maximum: number;
}) => NonNullable<CustomizeVariantOptions['wasmMemory']>;

const loading = import('@jitl/quickjs-wasmfile-release-sync').then((variant) => {
  const maximum = Math.max(FIRST_PAGES, Math.floor((limits.memoryMb * 2 ** 20) / PAGE_BYTES));
  const wasmMemory = new Memory({ initial: FIRST_PAGES, maximum });
  return newQuickJSWASMModuleFromVariant(
    newVariant(variant.default as unknown as QuickJSSyncVariant, { wasmMemory }),
  );
});

parentPort?.on('message', (task: Task) => {
  void loading.then((quickjs) => parentPort?.postMessage(perform(quickjs, task)));
});

/** Each task has a context of its own: nothing is left of the one before. */
function perform(quickjs: QuickJSWASMModule, task: Task): Answer {
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(STACK_BYTES);
  const context = runtime.newContext({ intrinsics: { ...DefaultIntrinsics, Date: false } });
  const room = openRoom(runtime, context);
  try {
    const own = room.evaluate(inside, '__inside');
    if ('fault' in own) return own;
    room.explainWith(own);
    const module = room.evaluate(strategy, '__strategy');
    if ('fault' in module) return module;
    if (task.kind === 'events') return backtestCallbacks(task, room, { own, module });
    return task.kind === 'signal'
      ? signalOf(task, room, { own, module })
      : factOf(task, room, { own, module });
  } finally {
    room.close();
    context.dispose();
    runtime.dispose();
  }
}

type Parts = { own: QuickJSHandle; module: QuickJSHandle };

function factOf(
  task: Exclude<Task, { kind: 'signal' | 'events' }>,
  room: Room,
  { own, module }: Parts,
): Answer {
  const more = task.kind === 'warmUp' ? [room.text(JSON.stringify(task.params))] : [];
  const answer = room.call(own, task.kind, [module, ...more]);
  return 'fault' in answer ? answer : { text: room.read(answer) };
}

function signalOf(task: Extract<Task, { kind: 'signal' }>, room: Room, { own, module }: Parts): Answer {
  const { bars, params, timeframeMs, sentiment } = task;
  const rows = bars.close.length;
  const handed = room.text(JSON.stringify({ rows, params, timeframeMs, sentiment }));
  const { holder, buffers } = room.buffers(bars);
  const answer = room.call(own, 'run', [module, holder, handed]);
  if ('fault' in answer) return answer;
  for (const name of COLUMNS) {
    const bar = firstChange(room.bytes(buffers[name]), bars[name]);
    if (bar !== null) return { fault: 'changes', bar, text: `bars.${name}`, stack: '' };
  }
  const bytes = room.bytes(answer);
  if (bytes) return { signal: new Float64Array(bytes.slice().buffer) };
  const told = JSON.parse(room.read(answer)) as Partial<Record<string, string>> & { bar?: number };
  const text = told['value'] ?? told['message'] ?? '';
  if (isMemory(text))
    return { fault: 'memory', bar: told.bar ?? -1, text: `${limits.memoryMb} MiB`, stack: '' };
  return { fault: told['fault'] as Fault['fault'], bar: told.bar ?? -1, text, stack: told['stack'] ?? '' };
}

/** Where nothing is left for an error, null is thrown. */
const isMemory = (message: string): boolean =>
  message === 'InternalError: out of memory' || message === 'null';

/** First bar whose value is not the one that was handed over; null where all are. */
function firstChange(bytes: Uint8Array | null, before: Float64Array): number | null {
  if (bytes?.length !== before.byteLength) return 0;
  const after = new Float64Array(bytes.slice().buffer);
  const at = after.findIndex((value, i) => !Object.is(value, before[i]));
  return at < 0 ? null : at;
}

type Room = ReturnType<typeof openRoom>;

/** Calls into one context, each within the time; handles live until it is closed. */
function openRoom(runtime: QuickJSRuntime, context: QuickJSContext) {
  const handles: QuickJSHandle[] = [];
  const keep = (handle: QuickJSHandle): QuickJSHandle => (handles.push(handle), handle);
  let explainer: QuickJSHandle | null = null;
  let deadline = Date.now() + limits.timeMs;
  let interrupted = false;
  runtime.setInterruptHandler(() => {
    interrupted ||= Date.now() > deadline;
    return interrupted && Date.now() > deadline;
  });

  const read = (handle: QuickJSHandle): string => context.getString(handle);
  const call = (own: QuickJSHandle, name: string, args: QuickJSHandle[]): QuickJSHandle | Fault => {
    const method = keep(context.getProp(own, name));
    const result = context.callFunction(method, context.undefined, ...args);
    return result.error ? faultOf(keep(result.error)) : keep(result.value);
  };
  const faultOf = (error: QuickJSHandle): Fault => {
    const late = interrupted;
    // The error may have members of the user's making: it is read inside, and in time.
    deadline = Date.now() + EXPLAIN_MS;
    interrupted = false;
    const bar = explainer ? numberOf(context, keep(context.getProp(explainer, 'position')), keep) : -1;
    if (late) return { fault: 'time', bar, text: `${limits.timeMs} ms`, stack: '' };
    if (!explainer) return { fault: 'throws', bar, text: 'cannot be started', stack: '' };
    const explain = keep(context.getProp(explainer, 'explain'));
    const told = context.callFunction(explain, context.undefined, error);
    if (told.error) {
      told.error.dispose();
      return { fault: 'memory', bar, text: `${limits.memoryMb} MiB`, stack: '' };
    }
    const { message, stack } = JSON.parse(read(keep(told.value))) as { message: string; stack: string };
    if (isMemory(message)) return { fault: 'memory', bar, text: `${limits.memoryMb} MiB`, stack };
    return { fault: 'throws', bar, text: message, stack };
  };

  return {
    call,
    read,
    explainWith: (own: QuickJSHandle) => void (explainer = own),
    text: (value: string) => keep(context.newString(value)),
    /** A script's one variable; it never becomes a member of the global object. */
    evaluate(code: string, variable: string): QuickJSHandle | Fault {
      const script = `(function () {"use strict";${code}\nreturn ${variable};\n})()`;
      const result = context.evalCode(script, 'strategy.js');
      return result.error ? faultOf(keep(result.error)) : keep(result.value);
    },
    buffers(bars: Record<(typeof COLUMNS)[number], Float64Array>) {
      const holder = keep(context.newObject());
      const buffers = {} as Record<(typeof COLUMNS)[number], QuickJSHandle>;
      for (const name of COLUMNS) {
        const { buffer, byteOffset, byteLength } = bars[name];
        buffers[name] = keep(context.newArrayBuffer(buffer.slice(byteOffset, byteOffset + byteLength)));
        context.setProp(holder, name, buffers[name]);
      }
      return { holder, buffers };
    },
    host(answer: (kind: string, json: string) => string | number | boolean): QuickJSHandle {
      return keep(
        context.newFunction('ask', (kind, json) => {
          const told = answer(read(kind), read(json));
          if (typeof told === 'boolean') return told ? context.true : context.false;
          return typeof told === 'number' ? context.newNumber(told) : context.newString(told);
        }),
      );
    },
    /** Called once a bar, so that nothing of a call is kept. @throws as `throwFault` what is thrown inside */
    method(of: QuickJSHandle, name: string): (...texts: string[]) => unknown {
      const method = keep(context.getProp(of, name));
      return (...texts) => {
        const args = texts.map((each) => context.newString(each));
        const result = context.callFunction(method, context.undefined, ...args);
        for (const each of args) each.dispose();
        if (result.error) return throwFault(faultOf(keep(result.error)));
        const value = context.dump(result.value) as unknown;
        result.value.dispose();
        return value;
      };
    },
    /** Null for what is no ArrayBuffer. */
    bytes(handle: QuickJSHandle): Uint8Array | null {
      if (context.typeof(handle) !== 'object') return null;
      const lifetime = context.getArrayBuffer(handle);
      const copy = lifetime.value.slice();
      lifetime.dispose();
      return copy;
    },
    close(): void {
      for (const handle of handles.toReversed()) if (handle.alive) handle.dispose();
    },
  };
}

function numberOf(
  context: QuickJSContext,
  method: QuickJSHandle,
  keep: (handle: QuickJSHandle) => QuickJSHandle,
): number {
  const result = context.callFunction(method, context.undefined);
  if (!result.error) return context.getNumber(keep(result.value));
  result.error.dispose();
  return -1;
}
