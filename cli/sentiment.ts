import { addEvaluate } from './sentiment/evaluate.js';
import { addScore } from './sentiment/score.js';
import type { AddCommands } from './shell.js';

/** `sentiment score|evaluate`. */
export const addSentiment: AddCommands = (program, shell) => {
  const sentiment =
    program.commands.find((each) => each.name() === 'sentiment') ??
    program.command('sentiment').description('what texts say: scores, and what they are worth');
  addScore(sentiment, shell);
  addEvaluate(sentiment, shell);
};
