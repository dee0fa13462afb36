import { addIndex } from './sentiment/asset-index.js';
import { addEvaluate } from './sentiment/evaluate.js';
import { addModels } from './sentiment/models.js';
import { addScore } from './sentiment/score.js';
import { addTrain } from './sentiment/train.js';
import { addTune } from './sentiment/tune.js';
import type { AddCommands } from './shell.js';

/** `sentiment score|evaluate|index|models|compare|rescore|train|tune|…`. */
export const addSentiment: AddCommands = (program, shell) => {
  const sentiment = program
    .command('sentiment')
    .description('what texts say of assets: scores, models, comparisons, the index');
  for (const add of [addScore, addEvaluate, addIndex, addModels, addTrain, addTune]) add(sentiment, shell);
};
