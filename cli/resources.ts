import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import type { AddCommands } from './shell.js';

/** `resources`: queues, machine, what trains; `resources weights` and `resources weigh`: shares of tenants. */
export const addResources: AddCommands = (program, shell) => {
  const resources = program
    .command('resources')
    .description('queues with their workers, the machine, what trains, what tenants weigh');
  resources
    .command('show', { isDefault: true })
    .description('what waits and works')
    .action(async () => {
      const found = dataOf(await connectApi(shell.config()).client.GET('/resources'));
      if (shell.json()) return printJson(found);
      printTable(
        found.queues.map((queue) => ({
          queue: queue.name,
          waiting: queue.backlog,
          oldest: secondsOf(queue.oldestTaskAgeMs),
          running: queue.running,
          slots: queue.capacity,
          workers: queue.workers.length,
          wanted: queue.desiredWorkers,
          perSecond: queue.tasksPerSecond.toFixed(1),
        })),
      );
      const { cores, load, memoryBytes, freeMemoryBytes, gpus } = found.machine;
      say(
        `machine: ${cores} processors, load ${load.toFixed(1)}, ${gib(freeMemoryBytes)} of ${gib(memoryBytes)} GiB free, ${gpus.length === 0 ? 'no GPU' : gpus.map(gpuLine).join('; ')}`,
      );
      for (const { workflowId, tenant, worker, epoch, maxEpochs } of found.training.running)
        say(
          `trains: ${workflowId} of ${tenant ?? '–'} on ${worker}, epoch ${epoch ?? '–'} of ${maxEpochs ?? '–'}`,
        );
      if (found.training.waiting > 0) say(`${found.training.waiting} trainings wait`);
    });
  addWeights(resources, shell);
};

const addWeights: AddCommands = (resources, shell) => {
  resources
    .command('weights')
    .description('shares of tenants that wait for the same workers')
    .action(async () => {
      const found = dataOf(await connectApi(shell.config()).client.GET('/resources/weights'));
      if (shell.json()) return printJson(found);
      printTable(found.items.map((each) => ({ ...each })));
    });
  resources
    .command('weigh <tenant> <weight>')
    .description('sets one for steps that come from now on (0.001 to 1000), or takes it back: default')
    .action(async (tenant: string, weight: string) => {
      const { client } = connectApi(shell.config());
      const params = { path: { tenant } };
      const answer =
        weight === 'default'
          ? await client.DELETE('/resources/weights/{tenant}', { params })
          : await client.PUT('/resources/weights/{tenant}', { params, body: { weight: Number(weight) } });
      dataOf(answer);
      if (shell.json()) return printJson({ tenant, weight: weight === 'default' ? null : Number(weight) });
      say(`${tenant}: ${weight}`);
    });
};

const GIBIBYTE = 2 ** 30;
const gib = (bytes: number): string => (bytes / GIBIBYTE).toFixed(1);
const secondsOf = (ms: number): string => (ms > 0 ? `${(ms / 1000).toFixed(0)} s` : '–');

function gpuLine(gpu: {
  name: string;
  usedBytes: number | null;
  memoryBytes: number | null;
  utilisation: number | null;
}): string {
  const { name, usedBytes, memoryBytes, utilisation } = gpu;
  const memory =
    usedBytes === null || memoryBytes === null ? '' : `, ${gib(usedBytes)} of ${gib(memoryBytes)} GiB used`;
  return `${name}${memory}${utilisation === null ? '' : `, ${Math.round(100 * utilisation)} % busy`}`;
}
