import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantWeights } from '../domain/priorities.js';
import { projectRoot } from '../adapters/config.js';

/** What the API is told at its start; read from the environment by adapters/config.ts. */
export interface ApiConfig {
  host: string;
  port: number;
  /** Bootstraps an admin; empty or absent: none. */
  adminKey?: string;
  /** The built dashboard; absent: `web/dist` of the project. */
  webDirectory?: string;
  /** Requests of one principal: at once, and per second after that. */
  rateLimit?: { capacity: number; refillPerSecond: number };
  /** Shares of tenants that ask for predictions at the same time. */
  tenantWeights?: TenantWeights;
  /** Largest file that is taken, bytes. */
  uploadLimitBytes?: number;
  /** How often progress is looked at for server-sent events, milliseconds. */
  progressMs?: number;
  /** Names under which a proxy on this machine serves the API, beside localhost. */
  allowedHosts?: string[];
  logLevel?: string;
}

export const DEFAULT_UPLOAD_LIMIT = 8 * 2 ** 30;
export const DEFAULT_RATE_LIMIT = { capacity: 600, refillPerSecond: 200 };

/** The program's version, as its package says. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string }).version;
