import { z } from 'zod';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';

const share = z.number().min(0).max(1);
const SCORES = z.object({
  scores: z.array(z.object({ index: z.int().min(0), negative: share, neutral: share, positive: share })),
});
const CHAT = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: z.number().min(0),
      completion_tokens: z.number().min(0),
    })
    .nullish(),
});

/** How far the three may be from 1 together: models round. */
const SUM_TOLERANCE = 0.05;

/** The form that a server is asked to keep to, where it can. */
export const ANSWER_FORMAT = {
  type: 'json_schema',
  json_schema: {
    name: 'scores',
    strict: true,
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['scores'],
      properties: {
        scores: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['index', ...SENTIMENT_LABELS],
            properties: {
              index: { type: 'integer' },
              ...Object.fromEntries(SENTIMENT_LABELS.map((label) => [label, { type: 'number' }])),
            },
          },
        },
      },
    },
  },
} as const;

export interface LlmAnswer {
  /** By index; null where the answer has no usable entry, and why. */
  rows: (number[] | null)[];
  reason: string;
  usage: { input: number; output: number } | null;
}

/**
 * Reads an answer of a chat interface for `count` texts. @throws UnreachableError where it is none of such an
 * interface at all; an answer of nonsense has no rows, but it was paid for.
 */
export function readLlmAnswer(bytes: Uint8Array, count: number): LlmAnswer {
  const chat = CHAT.safeParse(jsonOf(new TextDecoder().decode(bytes)));
  if (!chat.success)
    throw new UnreachableError(
      `The LLM's address does not answer as a chat interface: ${faultOf(chat.error)}; it is the address before /chat/completions`,
    );
  const { choices, usage } = chat.data;
  const spent = usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : null;
  const none = (reason: string): LlmAnswer => ({
    rows: Array.from({ length: count }, () => null),
    reason,
    usage: spent,
  });
  const { message, finish_reason: end } = choices[0] ?? { message: {} };
  const content = message.content?.trim() ?? '';
  if (!content) return none(message.refusal ? `it refuses: ${message.refusal.slice(0, 100)}` : 'it is empty');
  const read = SCORES.safeParse(jsonOf(unfenced(content)));
  if (!read.success)
    return none(
      end === 'length'
        ? 'it was cut off'
        : `${faultOf(read.error)}; wanted are scores with index, ${SENTIMENT_LABELS.join(', ')}`,
    );
  const rows = Array.from({ length: count }, (): number[] | null => null);
  let reason = '';
  for (const { index, negative, neutral, positive } of read.data.scores) {
    const sum = negative + neutral + positive;
    if (index >= count) reason = `it speaks of item ${index}, there are ${count}`;
    else if (Math.abs(sum - 1) > SUM_TOLERANCE)
      reason = `the probabilities of item ${index} add up to ${sum.toFixed(3)}`;
    else rows[index] = [negative / sum, neutral / sum, positive / sum];
  }
  const missing = rows.findIndex((row) => row === null);
  return { rows, reason: reason || (missing < 0 ? '' : `item ${missing} is missing`), usage: spent };
}

/** Some models put JSON between fences whatever they are asked for. */
const unfenced = (text: string): string => /^```(?:json)?\s*([\s\S]*?)\s*```$/.exec(text)?.[1] ?? text;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return new Error(`it is no JSON (${messageOf(error).slice(0, 60)})`);
  }
}

function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  return `${place ? `${place}: ` : ''}${issue?.message ?? 'it has another form'}`.slice(0, 200);
}
