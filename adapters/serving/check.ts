import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { ObjectsPort, ServingPort } from '../ports.js';
import { CHECKS, type Check } from './check-cases.js';
import { checkModel, makeCheckModel, withNote, type CheckModel } from './check-models.js';
import { openSession, type Session } from './session.js';

/** What one check of a model server found. `ms`: how long it took. */
export interface CheckResult {
  name: string;
  passed: boolean;
  text: string;
  ms: number;
}

export interface ServingReport {
  passed: boolean;
  checks: CheckResult[];
  leftOut: { name: string; why: string }[];
  /** Name of the gravest error among what failed: what cannot be reached, else broken integrity; null where all passed. */
  fault: 'UnreachableError' | 'DataQualityError' | 'Error' | null;
}

export interface ServingCheckOptions {
  /** Opens the backend over these files. */
  open(objects: Pick<ObjectsPort, 'get'>): ServingPort;
  /** An ONNX file of the user's, in place of the small made one. */
  onnx?: Uint8Array;
  /** A version that may be in use: it is asked, but neither unloaded nor swapped. */
  served?: CheckModel;
  /** Requests that are in flight together. */
  inFlight?: number;
  /** Longest time that one check may take, ms. */
  timeoutMs?: number;
  /** Hears of each check when it is done. */
  told?(result: CheckResult): void;
}

/** Everything that a check works with. */
export interface CheckContext {
  serving: ServingPort;
  /** Two versions of one model. */
  first: CheckModel;
  second: CheckModel;
  /** onnxruntime on the same files, in this process. */
  raw: { first: Session; second: Session };
  inFlight: number;
  /** Makes a file known to the backend. */
  add(model: CheckModel): CheckModel;
}

const NAME = 'finsight-check';
const LIMIT_MS = 60_000;

/**
 * The contract of a model server, against any backend: versions are loaded, asked in batches, swapped and unloaded under
 * requests, and what is broken is refused. It ends with its own models unloaded and the backend closed.
 */
export async function checkServing(options: ServingCheckOptions): Promise<ServingReport> {
  const files = new Map<string, Uint8Array>();
  const get = async (key: string): Promise<Uint8Array> => {
    const bytes = files.get(key);
    if (bytes) return bytes;
    throw new NotFoundError(`No object "${key}"`);
  };
  const used = new Set<CheckModel>();
  const add = (model: CheckModel): CheckModel => {
    files.set(model.ref.onnx.key, model.bytes);
    used.add(model);
    return model;
  };
  const [first, second] = versionsOf(options);
  const raw = { first: await rawOf(first), second: await rawOf(second) };
  const serving = options.open({ get: (key, sha256) => get(key).then((bytes) => digested(bytes, sha256)) });
  const context: CheckContext = {
    ...{ serving, raw, first: add(first), second: add(second), add },
    inFlight: options.inFlight ?? 300,
  };
  let report: ServingReport | null = null;
  try {
    return (report = await runChecks(context, options));
  } finally {
    // Nothing was loaded where nobody answers, and a version in use stays.
    if (!options.served && report?.fault !== 'UnreachableError')
      await Promise.allSettled(
        [...used].map(({ ref }) => bounded(serving.unload(ref), options.timeoutMs ?? LIMIT_MS)),
      );
    await Promise.allSettled([serving.close(), raw.first.release(), raw.second.release()]);
  }
}

async function runChecks(context: CheckContext, options: ServingCheckOptions): Promise<ServingReport> {
  const checks: CheckResult[] = [];
  const leftOut: ServingReport['leftOut'] = [];
  const faults = new Set<string>();
  for (const check of CHECKS) {
    const why = whyNot(check, { options, isAway: faults.has('UnreachableError') });
    if (why !== null) {
      leftOut.push({ name: check.name, why });
      continue;
    }
    const { result, fault } = await runCheck(check, { context, options });
    checks.push(result);
    if (fault !== null) faults.add(fault);
    options.told?.(result);
  }
  const grave = (['UnreachableError', 'DataQualityError', 'Error'] as const).find((name) => faults.has(name));
  return { passed: faults.size === 0, checks, leftOut, fault: grave ?? null };
}

function whyNot(
  check: Check,
  { options, isAway }: { options: ServingCheckOptions; isAway: boolean },
): string | null {
  if (options.served && check.disturbs) return 'the version may be in use: it is not unloaded or swapped';
  if (isAway && check.name !== 'health') return 'the server does not answer';
  return null;
}

async function runCheck(
  check: Check,
  { context, options }: { context: CheckContext; options: ServingCheckOptions },
): Promise<{ result: CheckResult; fault: string | null }> {
  const start = performance.now();
  const ended = (passed: boolean, text: string): CheckResult => ({
    ...{ name: check.name, passed, text },
    ms: Math.round(performance.now() - start),
  });
  try {
    return {
      result: ended(true, await bounded(check.run(context), options.timeoutMs ?? LIMIT_MS)),
      fault: null,
    };
  } catch (error) {
    const isAway = check.name === 'health' && error instanceof UnreachableError;
    const fault = isAway ? 'UnreachableError' : check.guards ? 'DataQualityError' : 'Error';
    return { result: ended(false, messageOf(error)), fault };
  }
}

/** @throws UnreachableError where it takes longer. */
async function bounded<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const error = new UnreachableError(`no answer within ${limitMs / 1000} s`);
    timer = setTimeout(() => fail(error), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The user's file is two versions of it: a note in the second makes it another file that answers the same. */
function versionsOf({ onnx, served }: ServingCheckOptions): [CheckModel, CheckModel] {
  if (served) return [served, served];
  if (!onnx) return [makeCheckModel('1', { name: NAME }), makeCheckModel('2', { name: NAME, seed: 2 })];
  return [
    checkModel({ name: NAME, version: '1', bytes: onnx }),
    checkModel({ name: NAME, version: '2', bytes: withNote(onnx, 'second version') }),
  ];
}

/** @throws DataQualityError where onnxruntime cannot read it: no server could be held against it. */
async function rawOf({ ref, bytes }: CheckModel): Promise<Session> {
  try {
    return await openSession(bytes, { threads: 1, provider: 'cpu' });
  } catch (error) {
    throw new DataQualityError(`${ref.name}@${ref.version} is no usable ONNX file: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** As every store of objects checks what it gives. */
function digested(bytes: Uint8Array, sha256: string | undefined): Uint8Array {
  const found = sha256Hex(bytes);
  if (sha256 === undefined || found === sha256) return bytes;
  throw new DataQualityError(`The model's file was changed: its sha256 is ${found}, it should be ${sha256}`);
}
