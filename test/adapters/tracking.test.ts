import { afterAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { openTracking } from '../../adapters/tracking/index.js';
import { temporaryDirectory } from '../temporal.js';
import { trackingContract } from './tracking-contract.js';

// Real servers run it in registry.test.ts, beside the registry that is in them.
describe('tracking by documents:', () => {
  const directory = temporaryDirectory();
  const documents = openDocuments(`sqlite:${directory.path}/tracking.db`);
  afterAll(async () => {
    await documents.close();
    directory.remove();
  });
  trackingContract(openTracking('documents:', { documents }));
});

it('an unknown address names the known ones', () => {
  expect(() => openTracking('neptune:', { documents: null as never })).toThrow(
    /"neptune:" in REGISTRY_URL; known schemes: documents:, mlflow:/,
  );
});
