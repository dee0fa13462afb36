import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { projectRoot } from '../adapters/config.js';
import { engineContracts } from '../domain/backtest/external.js';
import { mlContracts } from '../domain/ml.js';
import { inferenceContracts } from '../domain/ml/inference.js';
import { sentimentContracts } from '../domain/ml/sentiment.js';
import { tuningContracts } from '../domain/ml/tuning.js';

/** The contracts with Python as JSON Schema, one member a contract. */
export function contractsText(): string {
  const schemas = Object.entries({
    ...mlContracts,
    ...sentimentContracts,
    ...tuningContracts,
    ...engineContracts,
    ...inferenceContracts,
  }).map(([name, schema]) => [name, z.toJSONSchema(schema)]);
  return `${JSON.stringify(Object.fromEntries(schemas), null, 2)}\n`;
}

export const contractsPath = (): string => join(projectRoot(), 'ml-pipelines', 'contracts.json');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(contractsPath(), contractsText());
