import { client, dataOf, type Schemas } from '../api';

interface Question {
  stream: string;
  /** As the API reads it, such as `recorded:<dir>`. */
  source: string;
  horizonBars: number;
  /** Model whose champion answers. */
  name?: string;
}

const POLL_MS = 500;

/** Starts the story `predict` and waits for what it made. @throws Error with the reason why none was made. */
export async function predictNow(input: Question): Promise<Pick<Schemas['Prediction'], 'id' | 'model'>> {
  const body = { kind: 'predict', input } as never;
  const { workflowId } = dataOf(await client.POST('/runs', { body }));
  for (;;) {
    const path = { workflowId };
    const run = dataOf(await client.GET('/runs/{workflowId}', { params: { path } })) as Schemas['Run'];
    if (run.status === 'completed') return run.result as Schemas['Prediction'];
    if (run.status !== 'running') throw new Error(run.failure?.message ?? `The run is ${run.status}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
