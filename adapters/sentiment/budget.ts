import { BudgetSpentError } from '../../domain/errors.js';
import type { DocumentsPort } from '../ports.js';
import type { SentimentSpending } from '../ports-sentiment.js';
import type { LlmSettings } from './llm-settings.js';

/** What was spent on one day of UTC. What is asked for and not answered yet counts: a killed process gives nothing back. */
interface Spent {
  id: string;
  model: string;
  updatedAt: number;
  tokens: number;
  cost: number;
  requests: number;
}

export interface Usage {
  input: number;
  output: number;
}

const DAY_MS = 86_400_000;
/** Sums of prices are not exact. */
const ROUNDING = 1e-9;

/** The LLM's budget, counted in the documents for all processes together. */
export function openBudget(options: {
  documents: Pick<DocumentsPort, 'get' | 'update'>;
  settings: Pick<LlmSettings, 'model' | 'dailyTokens' | 'dailyCost' | 'prices'>;
  now: () => number;
}) {
  const { documents, settings, now } = options;
  const { model, dailyTokens, dailyCost, prices } = settings;
  const costOf = ({ input, output }: Usage): number => (input * prices.input + output * prices.output) / 1e6;
  const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const idOf = (day: string): string => `llm/${day}`;
  const add = (day: string, usage: Usage, check: boolean): Promise<unknown> =>
    documents.update<Spent>('sentimentBudgets', idOf(day), (held) => {
      const next = {
        id: idOf(day),
        model,
        updatedAt: now(),
        tokens: (held?.tokens ?? 0) + usage.input + usage.output,
        cost: Math.max(0, (held?.cost ?? 0) + costOf(usage)),
        requests: (held?.requests ?? 0) + Number(check),
      };
      if (check) refuse(next, held);
      return next;
    });
  const refuse = (next: Spent, held: Spent | null): void => {
    const over =
      next.tokens > dailyTokens
        ? `${held?.tokens ?? 0} of ${dailyTokens} tokens`
        : next.cost > dailyCost + ROUNDING
          ? `${(held?.cost ?? 0).toFixed(4)} of ${dailyCost} in money`
          : null;
    if (over === null) return;
    const midnight = (Math.floor(now() / DAY_MS) + 1) * DAY_MS;
    throw new BudgetSpentError(
      `The LLM's budget of the day is spent: ${over}; it goes on at ${new Date(midnight).toISOString()}, or with more in FINSIGHT_LLM_DAILY_TOKENS and FINSIGHT_LLM_DAILY_COST`,
      midnight,
    );
  };
  return {
    /**
     * Takes what a request may cost at most, and returns what settles it by what it did cost.
     * @throws BudgetSpentError
     */
    async reserve(most: Usage): Promise<(used: Usage | null) => Promise<void>> {
      const day = dayOf(now());
      await add(day, most, true);
      return async (used) => {
        if (used)
          await add(day, { input: used.input - most.input, output: used.output - most.output }, false);
      };
    },

    async spending(): Promise<SentimentSpending> {
      const day = dayOf(now());
      const held = await documents.get<Spent>('sentimentBudgets', idOf(day));
      const { tokens = 0, cost = 0, requests = 0 } = held ?? {};
      return { day, tokens, cost, requests, dailyTokens, dailyCost };
    },
  };
}

export type Budget = ReturnType<typeof openBudget>;
