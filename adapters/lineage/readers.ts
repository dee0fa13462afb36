import { fetchReader } from './fetches.js';
import { articleReader, datasetReader, modelReader, runReader } from './inputs.js';
import { predictionReader } from './predictions.js';
import { backtestReader, evaluationReader } from './results.js';
import { barsReader, scoresReader, streamReader } from './series.js';
import type { Reader } from './walk.js';

/** The first form that fits decides. */
export const READERS: Reader[] = [
  runReader,
  predictionReader,
  backtestReader,
  evaluationReader,
  datasetReader,
  articleReader,
  fetchReader,
  barsReader,
  scoresReader,
  streamReader,
  modelReader,
];
