import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { readTenantWeights } from '../domain/priorities.js';
import { readSlots, type Slots } from '../domain/slots.js';

const text = z.string().default('');

/** Reads a text by a rule of the domain, whose error names what is wrong with it. */
const readBy =
  <T>(read: (given: string) => T) =>
  (given: string, context: z.RefinementCtx): T => {
    try {
      return read(given);
    } catch (error) {
      context.addIssue(messageOf(error));
      return z.NEVER;
    }
  };

/** The variables of the Temporal server, of what tenants weigh there, and of how much is done at a time. */
export const TEMPORAL_VARIABLES = {
  TEMPORAL_ADDRESS: text,
  TEMPORAL_NAMESPACE: z.string().default('finsight'),
  TEMPORAL_API_KEY: text,
  TEMPORAL_TLS: z.enum(['on', 'off']).default('off'),
  FINSIGHT_TENANT_WEIGHTS: text.transform(readBy(readTenantWeights)),
  FINSIGHT_IO_SLOTS: text.transform(readBy(readSlots)),
  FINSIGHT_CPU_SLOTS: text.transform(readBy(readSlots)),
  FINSIGHT_GPU_SLOTS: text.transform(readBy(readSlots)),
  FINSIGHT_TRAIN_SLOTS: z.coerce.number<string>().int().min(1).max(64).optional(),
  FINSIGHT_GPU_SHARE: z.coerce.number<string>().positive().max(1).default(0.8),
};

export interface TemporalSettings {
  /** Empty: the development server that `finsight up` starts. */
  address: string;
  namespace: string;
  tls: boolean;
  apiKey: string;
  /** Shares of tenants that wait for the same; `*` all others. */
  tenantWeights: Record<string, number>;
  /** Steps of a worker at a time, where it is not as usual. */
  slots: Partial<Record<'io' | 'cpu' | 'gpu', Slots>>;
  /** Models that this machine trains at a time; null: as many as it bears. */
  trainSlots: number | null;
}

type Values = z.output<z.ZodObject<typeof TEMPORAL_VARIABLES>>;

export function temporalOf(value: Values): TemporalSettings {
  const { FINSIGHT_IO_SLOTS: io, FINSIGHT_CPU_SLOTS: cpu, FINSIGHT_GPU_SLOTS: gpu } = value;
  return {
    address: value.TEMPORAL_ADDRESS,
    namespace: value.TEMPORAL_NAMESPACE,
    tls: value.TEMPORAL_TLS === 'on',
    apiKey: value.TEMPORAL_API_KEY,
    tenantWeights: value.FINSIGHT_TENANT_WEIGHTS,
    slots: { ...(io ? { io } : {}), ...(cpu ? { cpu } : {}), ...(gpu ? { gpu } : {}) },
    trainSlots: value.FINSIGHT_TRAIN_SLOTS ?? null,
  };
}
