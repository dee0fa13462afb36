import { ApplicationFailure, condition, defineQuery, setHandler } from '@temporalio/workflow';

/** Stands in for the stories of these names: what the adapter tells must not depend on what they do. */
export const predict = async (input: { stream: string }): Promise<{ model: string }> => {
  setHandler(defineQuery('progress'), () => ({
    stage: 'done',
    steps: [{ name: 'predict', state: 'done', detail: input.stream }],
  }));
  return { model: 'baseline:drift' };
};

export const collectBars = async (): Promise<void> => {
  throw ApplicationFailure.nonRetryable('No stream of that name', 'InvalidInputError');
};

export const collectNews = async (): Promise<void> => condition(() => false);
