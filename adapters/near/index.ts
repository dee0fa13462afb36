import { byScheme, schemePath } from '../addresses.js';
import type { NearPort } from '../ports.js';
import { mongoNear } from './mongodb.js';
import { sqliteNear } from './sqlite.js';

/** Logs of fingerprints by the scheme of the documents' address, beside which they lie. */
export const NEAR: Record<string, (address: string) => NearPort> = {
  mongodb: mongoNear,
  'mongodb+srv': mongoNear,
  sqlite: (address) => sqliteNear(schemePath(address)),
};

export const openNear = (address: string): NearPort => byScheme('DOCUMENTS_URL', NEAR, address)(address);
