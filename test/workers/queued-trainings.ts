import { train } from '../../workflows/steps.js';

/** Only the step that trains, by the name of the real story and with the real limits. */
export const trainModel = (input: { job: string; seconds: number }): Promise<unknown> =>
  train.trainForecaster(input as never);
