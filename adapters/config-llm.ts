import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import type { LlmSettings } from './sentiment/llm-settings.js';

const count = z.coerce.number<string>().int().positive();

/** The variables of the chat model that scores sentiment. */
export const LLM_VARIABLES = {
  FINSIGHT_LLM_URL: z
    .string()
    .regex(/^(https?:\/\/\S+)?$/, 'an address is https://<host>/v1, without /chat/completions')
    .default(''),
  FINSIGHT_LLM_MODEL: z.string().default(''),
  FINSIGHT_LLM_KEY: z.string().default(''),
  FINSIGHT_LLM_DAILY_TOKENS: count.default(1_000_000),
  FINSIGHT_LLM_DAILY_COST: z.coerce.number<string>().positive().default(1),
  FINSIGHT_LLM_PRICES: z.string().default('0,0').transform(readPrices),
  FINSIGHT_LLM_TIMEOUT_MS: count.default(30_000),
};

/** Requests of one process at a time. */
const CONCURRENCY = 4;

type Values = { [K in keyof typeof LLM_VARIABLES]: z.output<(typeof LLM_VARIABLES)[K]> };

/** Null where none is configured. @throws InvalidInputError for half of one. */
export function llmOf(value: Values): LlmSettings | null {
  const { FINSIGHT_LLM_URL: url, FINSIGHT_LLM_MODEL: model } = value;
  if (!url && !model) return null;
  if (!url || !model || !URL.canParse(url))
    throw new InvalidInputError(
      'Wrong environment: FINSIGHT_LLM_URL (an address) and FINSIGHT_LLM_MODEL (its name there) go together',
    );
  return {
    ...{ url, model, key: value.FINSIGHT_LLM_KEY, prices: value.FINSIGHT_LLM_PRICES },
    dailyTokens: value.FINSIGHT_LLM_DAILY_TOKENS,
    dailyCost: value.FINSIGHT_LLM_DAILY_COST,
    timeoutMs: value.FINSIGHT_LLM_TIMEOUT_MS,
    concurrency: CONCURRENCY,
  };
}

/** `<in>,<out>`: money for a million tokens of the prompt and of the answer. */
function readPrices(given: string, context: z.RefinementCtx): LlmSettings['prices'] {
  const [input = NaN, output = NaN, ...more] = given
    .split(',')
    .map((part) => (part.trim() ? Number(part) : NaN));
  if (input >= 0 && output >= 0 && more.length === 0) return { input, output };
  context.addIssue('must be two prices for a million tokens, in and out, such as 0.15,0.60');
  return { input: 0, output: 0 };
}
