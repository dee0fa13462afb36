import { z } from 'zod';
import type { Ports } from '../adapters/ports.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { resolveParams } from '../domain/strategies/index.js';
import {
  isSourceDigest,
  isStrategyFile,
  MOST_SOURCE_BYTES,
  readSource,
  sourceKeyOf,
  type StrategySource,
} from '../domain/strategies/source.js';
import type { StoriesPort } from './stories.js';

/** The source of a user's own strategy in a request. */
export const code = z
  .union([z.string().min(1).max(MOST_SOURCE_BYTES), z.record(z.string(), z.string().max(MOST_SOURCE_BYTES))])
  .optional()
  .describe(
    'Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before',
  );

/** Looking at what a strategy exports takes no time; what runs on is ended. */
const LIMITS = { timeMs: 3000, memoryMb: 128 };

interface Coded {
  strategy: string;
  code?: string | Record<string, string>;
  params?: Record<string, number>;
}

/** Stories whose inputs name stored sources by their digests: a text would outgrow a payload, and its faults are told before anything starts. */
export function withCode(stories: StoriesPort, ports: Ports): StoriesPort {
  const { schedules } = stories;
  const stored = async <T extends { input: Record<string, unknown> }>(spec: T): Promise<T> => ({
    ...spec,
    input: await storeCode(ports, spec.input),
  });
  return {
    ...stories,
    start: async (kind, input, by) => stories.start(kind, await storeCode(ports, input), by),
    schedules: {
      ...schedules,
      create: async (spec, by) => schedules.create(await stored(spec), by),
      change: async (spec, by) => schedules.change(await stored(spec), by),
    },
  };
}

/** @throws InvalidInputError naming the line of the source, or the parameter, that cannot be right */
async function storeCode(ports: Ports, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const own = isCoded(input) ? await storeOne(ports, input) : input;
  const { strategies } = own;
  if (!Array.isArray(strategies)) return own;
  const named: unknown[] = [];
  for (const each of strategies) named.push(isCoded(each) ? await storeOne(ports, each) : each);
  return { ...own, strategies: named };
}

const isCoded = (value: object): value is Coded & Record<string, unknown> =>
  typeof (value as Partial<Coded>).strategy === 'string' && (value as Partial<Coded>).code !== undefined;

async function storeOne<T extends Coded>(ports: Ports, input: T): Promise<T & { code: string }> {
  const { strategy, code: given = '', params = {} } = input;
  const known = typeof given === 'string' && isSourceDigest(given);
  const source = known ? await storedSource(ports, given) : readSource(strategy, given);
  const file = await ports.strategyFiles.load(source, LIMITS);
  try {
    resolveParams(file, params);
    if (!known)
      await ports.objects.put(
        sourceKeyOf(file.sha256),
        // What is not imported is no part of the digest, and is not kept.
        new TextEncoder().encode(JSON.stringify(file.source)),
      );
    return { ...input, code: file.sha256 };
  } finally {
    await file.close();
  }
}

async function storedSource(ports: Ports, digest: string): Promise<StrategySource> {
  const bytes = await ports.objects.get(sourceKeyOf(digest)).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InvalidInputError(
      `No strategy source of the digest ${digest} is stored; send its text as code`,
    );
  });
  return JSON.parse(new TextDecoder().decode(bytes)) as StrategySource;
}

/** Whether a name and a source go together, as a sentence where they do not. */
export function codeFault({ strategy, code: given }: { strategy: string; code?: unknown }): string | null {
  if (isStrategyFile(strategy) && given === undefined)
    return `"${strategy}" is a file: send its text as code, beside strategy`;
  if (!isStrategyFile(strategy) && given !== undefined)
    return `code goes with the name of its file as strategy, such as my.ts, not with "${strategy}"`;
  return null;
}
