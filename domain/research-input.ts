import { z } from 'zod';
import { formFault } from './forms.js';
import { parseSource } from './sources.js';
import { parseSymbol, parseTimeframe } from './streams.js';
import { TRAINERS } from './training/trainers.js';

const time = z.union([z.number(), z.string().min(1)]);

/** What the main job takes, with its defaults; apart from domain/research.ts because workflows load no zod. */
export const researchInput = z.strictObject({
  source: z.string().min(1).superRefine(formFault(parseSource)).optional(),
  symbols: z
    .array(z.string().min(1).superRefine(formFault(parseSymbol)))
    .min(1)
    .max(50),
  timeframe: z.string().superRefine(formFault(parseTimeframe)).default('1h'),
  exchange: z
    .string()
    .regex(/^[a-z0-9]+$/, 'must be a ccxt exchange id, such as binance')
    .optional(),
  from: time.optional(),
  to: time.optional(),
  horizonBars: z.int().min(1).max(96).default(1),
  maxEpochs: z.int().min(1).max(200).default(6),
  seed: z.int().min(0).max(2_147_483_647).default(1),
  trainer: z.enum(TRAINERS).optional(),
  feeBps: z.number().min(0).max(1000).default(10),
  slippageBps: z.number().min(0).max(1000).default(2),
});
