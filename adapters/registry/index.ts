import { byScheme } from '../addresses.js';
import type { RegistryPort } from '../ports-registry.js';
import { documentRegistry, type RegistryStores } from './documents.js';
import { mlflowRegistry } from './mlflow.js';

/** Model registries by the scheme of their address. */
export const REGISTRIES: Record<string, (address: string, stores: RegistryStores) => RegistryPort> = {
  documents: (_address, stores) => documentRegistry(stores),
  mlflow: (address) => mlflowRegistry(address),
};

/** @param address `documents:` or, for MLflow, see readMlflowAddress */
export const openRegistry = (address: string, stores: RegistryStores): RegistryPort =>
  byScheme('REGISTRY_URL', REGISTRIES, address)(address, stores);
