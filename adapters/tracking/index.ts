import { byScheme } from '../addresses.js';
import type { TrackingPort } from '../ports-tracking.js';
import type { DocumentsPort } from '../ports.js';
import { documentTracking } from './documents.js';
import { mlflowTracking } from './mlflow.js';

type Options = { documents: DocumentsPort };

/** Tracking backends by the scheme of their address. */
export const TRACKING: Record<string, (address: string, options: Options) => TrackingPort> = {
  documents: (_address, { documents }) => documentTracking(documents),
  mlflow: (address) => mlflowTracking(address),
};

export const openTracking = (address: string, options: Options): TrackingPort =>
  byScheme('REGISTRY_URL', TRACKING, address)(address, options);
