import { digestOf } from '../../domain/digest.js';
import { UnreachableError } from '../../domain/errors.js';
import { modelName, type SentimentModel } from '../../domain/sentiment/scores.js';
import type { CachePort, HttpClient } from '../ports.js';
import type { ScoreOptions, TextScorer, TextToScore } from '../ports-sentiment.js';
import type { Budget } from './budget.js';
import { ANSWER_FORMAT, readLlmAnswer } from './llm-answers.js';
import { PROMPT, type LlmSettings } from './llm-settings.js';

interface Options {
  settings: LlmSettings;
  budget: Pick<Budget, 'reserve'>;
  cache: Pick<CachePort, 'get' | 'set'>;
  http: HttpClient;
  now: () => number;
}

/** Texts of one request. */
const BATCH = 8;
/** What is sent of a text, characters: headlines and first sentences decide. */
const MAX_CHARACTERS = 2000;
const KEPT_MS = 90 * 86_400_000;
/** So long nobody asks an LLM that did not answer, where it did not say how long. */
const PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Tokens of the answer for one text, generously. */
const OUTPUT_TOKENS = 60;
/** Characters of one token, carefully: less than the usual four. */
const TOKEN_CHARACTERS = 3;
const UNASKED = [1 / 3, 1 / 3, 1 / 3];

/** Asks a chat model, some texts a request; answers are kept by text and model, so that nothing is paid for twice. */
export function llmScorer(options: Options): TextScorer {
  const turns = bounded(options.settings.concurrency);
  return {
    async score(model, texts, asked) {
      const rows = new Map<string, number[]>();
      const open = new Map<string, TextToScore>();
      for (const text of texts) {
        const key = keyOf(model, text);
        if (rows.has(key) || open.has(key)) continue;
        const kept = /\p{L}/u.test(text.text) ? await options.cache.get(key) : JSON.stringify(UNASKED);
        if (kept === null) open.set(key, text);
        else rows.set(key, JSON.parse(kept) as number[]);
      }
      const batches = piecesOf([...open], BATCH);
      const settled = await Promise.allSettled(
        batches.map((batch) =>
          turns(async () => {
            for (const [key, row] of await askBatch(options, batch, asked)) rows.set(key, row);
          }),
        ),
      );
      // All have ended, so what they paid for is kept; the first fault is told.
      const failed = settled.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
      return texts.map((text) => rows.get(keyOf(model, text)) ?? UNASKED);
    },
    close: () => options.http.close(),
  };
}

type Keyed = [key: string, text: TextToScore];

/** @throws UnreachableError for nonsense, too: another try may give sense. */
async function askBatch(
  options: Options,
  batch: Keyed[],
  asked: ScoreOptions,
): Promise<[string, number[]][]> {
  const { rows, reason } = await ask(
    options,
    batch.map(([, text]) => text),
  );
  const done: [string, number[]][] = [];
  const unanswered: Keyed[] = [];
  for (const [i, entry] of batch.entries()) {
    const row = rows[i];
    if (!row) unanswered.push(entry);
    else {
      await options.cache.set(entry[0], JSON.stringify(row), KEPT_MS);
      done.push([entry[0], row]);
    }
  }
  if (unanswered.length === 0) return done;
  if (asked.giveUp) {
    // One bad text may have spoilt the others of its request.
    if (batch.length === 1) return unanswered.map(([key]) => [key, [NaN, NaN, NaN]]);
    for (const entry of unanswered) done.push(...(await askBatch(options, [entry], asked)));
    return done;
  }
  throw new UnreachableError(
    `The LLM ${options.settings.model} answers nonsense for ${unanswered.length} of ${batch.length} texts: ${reason}`,
  );
}

async function ask(options: Options, texts: TextToScore[]): Promise<ReturnType<typeof readLlmAnswer>> {
  const { settings, budget, http } = options;
  await checkPause(options);
  const items = texts.map(({ text, target }, index) => ({
    index,
    text: text.slice(0, MAX_CHARACTERS),
    ...(target ? { target } : {}),
  }));
  const output = 40 + OUTPUT_TOKENS * texts.length;
  const body = JSON.stringify({
    model: settings.model,
    messages: [
      { role: 'system', content: PROMPT },
      { role: 'user', content: JSON.stringify(items) },
    ],
    temperature: 0,
    max_tokens: output,
    response_format: ANSWER_FORMAT,
  });
  const most = { input: Math.ceil(body.length / TOKEN_CHARACTERS), output };
  const settle = await budget.reserve(most);
  try {
    const { bytes } = await http.request({
      url: `${settings.url.replace(/\/+$/, '')}/chat/completions`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(settings.key ? { authorization: `Bearer ${settings.key}` } : {}),
      },
      body,
      isApi: true,
      timeoutMs: settings.timeoutMs,
      maxBytes: 4 * 2 ** 20,
    });
    const answer = readLlmAnswer(bytes, texts.length);
    await settle(answer.usage);
    return answer;
  } catch (error) {
    // An answer with an error status costs nothing; one that did not come in time may.
    if (isRefusal(error)) await settle({ input: 0, output: 0 });
    if (error instanceof UnreachableError) await pause(options, error);
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /HTTP [45]\d\d|nobody listens|no such host/.test(error.message);

const PAUSE_KEY = 'sentiment-llm-pause';

async function pause({ cache, now }: Options, error: UnreachableError): Promise<void> {
  const ms = Math.min(error.retryAfterMs ?? PAUSE_MS, LONGEST_PAUSE_MS);
  if (ms > 0) await cache.set(PAUSE_KEY, JSON.stringify({ until: now() + ms, reason: error.message }), ms);
}

/** @throws UnreachableError at once while the LLM is to be left alone, with what it failed by. */
async function checkPause({ cache, now }: Options): Promise<void> {
  const held = await cache.get(PAUSE_KEY);
  if (held === null) return;
  const { until, reason } = JSON.parse(held) as { until: number; reason: string };
  if (until <= now()) return;
  throw new UnreachableError(
    `The LLM is left alone for ${Math.ceil((until - now()) / 1000)} s more, since ${reason}`,
    { retryAfterMs: until - now() },
  );
}

const keyOf = (model: SentimentModel, { text, target }: TextToScore): string =>
  `sentiment-llm:${modelName(model)}:${digestOf([text.slice(0, MAX_CHARACTERS), target ?? null])}`;

const piecesOf = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Runs at most so many at a time, in the order in which they came. */
function bounded(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
