import { connectApi, dataOf } from './api.js';
import { printJson, printTable } from './output.js';
import type { AddCommands } from './shell.js';

/** `models list|show`. */
export const addModels: AddCommands = (program, shell) => {
  const models = program.command('models').description('model versions and their evidence');
  models.command('list', { isDefault: true }).action(async () => {
    const { client } = connectApi(shell.config());
    const page = dataOf(await client.GET('/models', {}));
    if (shell.json()) return printJson(page);
    const { items } = page as { items: Record<string, unknown>[] };
    printTable(
      items.map((model) => ({
        model: `${String(model['name'])}@${String(model['version'])}`,
        kind: model['kind'],
        stage: model['stage'],
        parity: model['parityMaxAbs'],
        seconds: model['seconds'],
        created: new Date(Number(model['createdAt'])).toISOString(),
      })),
    );
  });
  models.command('show <id>').action(async (id: string) => {
    const { client } = connectApi(shell.config());
    printJson(dataOf(await client.GET('/models/{id}', { params: { path: { id } } } as never)));
  });
};
