import { openHttp } from '../../adapters/http/client.js';
import type { HttpClient } from '../../adapters/ports.js';

/** The guarded client, allowed to ask this machine; it waits for nobody. */
export const localHttp = (): HttpClient =>
  openHttp({
    cache: {
      get: async () => null,
      set: async () => undefined,
      take: async () => ({ waitMs: 0, remaining: 1 }),
    },
    allow: ['127.0.0.1'],
  });
