#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT_MISSING, ROOT, StepError } from '../infra/bootstrap/place.mjs';
import { prepare } from '../infra/bootstrap/prepare.mjs';

try {
  await prepare({ quiet: !process.stderr.isTTY });
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  process.stderr.write(`finsight: ${error.message}\n`);
  process.exit(EXIT_MISSING);
}

// The program is started as if it had been named on the command line.
const main = join(ROOT, 'dist', 'cli', 'main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
