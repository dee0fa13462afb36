import type { MirrorPort } from '../ports-registry.js';
import { openTracking } from '../tracking/index.js';
import type { RegistryStores } from './documents.js';
import { openRegistry } from './index.js';

/** Null where REGISTRY_URL names the platform's own record. */
export function openMirror(address: string, stores: RegistryStores): MirrorPort | null {
  const registry = openRegistry(address, stores);
  if (registry.backend === 'documents') return null;
  return { registry, tracking: openTracking(address, stores) };
}
