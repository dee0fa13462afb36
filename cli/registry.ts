import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CleanReport } from '../activities/cleaning.js';
import type { ArtifactsReport } from '../activities/registry/cleaning.js';
import type { SyncReport } from '../activities/registry/reconciling.js';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { connectApi, dataOf } from './api.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { downloadFile } from './registry-files.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands, type Shell } from './shell.js';

const LOOK_EVERY_MS = 1000;

/** `registry status|list|show|sync|download|archive|clean|users|grant|revoke`. */
export const addRegistry: AddCommands = (program, shell) => {
  const registry = program.command('registry').description('the model registry and what is told to it');
  registry
    .command('status', { isDefault: true })
    .description('what it is, whether it answers, what waits')
    .action(async () => showStatus(shell));
  registry
    .command('list')
    .description('models by name, with the versions of their aliases')
    .action(async () => listModels(shell));
  registry
    .command('show <id>')
    .description('a version, its files and how it was published')
    .action(async (id: string) => showVersion(shell, id));
  registry
    .command('sync [name]')
    .description('find what the registry lacks, say it, and publish it')
    .option('--timeout <seconds>', 'how long to wait until all is published; 0: not at all', wholeNumber, 60)
    .action(async (name: string | undefined, { timeout }: { timeout: number }) =>
      sync(shell, { timeout, ...(name !== undefined && { name }) }),
    );
  registry
    .command('download <id> [path]')
    .description('a file of a version, its digest checked')
    .requiredOption('--to <file>', 'where to put it')
    .action(async (id: string, path: string | undefined, { to }: { to: string }) =>
      downloadFile(shell, { id, path: path ?? 'model.onnx', to }),
    );
  registry
    .command('archive <id>')
    .description('put a version away; it is cleaned up when nothing points to it')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      const done = dataOf(await client.POST('/models/{id}/archive', { params: { path: { id } } }));
      if (shell.json()) return printJson(done);
      say(`${done.id} is archived`);
    });
  addClean(registry, shell);
  addUsers(registry, shell);
};

function addClean(registry: Command, shell: Shell): void {
  registry
    .command('clean')
    .description('archive versions that nothing points to, and remove those that were archived before')
    .option('--days <n>', 'what is younger stays (30)', wholeNumber)
    .option('--dry-run', 'only say what would be done (so it is without --remove)')
    .option('--remove', 'do it, with an entry in the audit')
    .action(async ({ days, dryRun, remove = false }: { days?: number; dryRun?: true; remove?: boolean }) => {
      if (remove && dryRun) throw new InvalidInputError('Give --dry-run or --remove, not both');
      const input = { ...given({ modelDays: days }), only: 'artifacts', dryRun: !remove };
      const report = (await runStory(shell.config(), 'cleanObjects', input)) as Partial<CleanReport> & {
        artifacts: ArtifactsReport;
      };
      const { artifacts } = report;
      if (shell.json()) return printJson(artifacts);
      for (const name of ['archived', 'versions', 'datasets', 'objects'] as const) {
        const { count, bytes, names } = artifacts[name];
        say(`${TITLES[name]}: ${count}${bytes > 0 ? `, ${bytes} bytes` : ''}`);
        for (const each of names) say(`  ${each}`);
      }
      if (artifacts.dryRun) say('A dry run; --remove does it.');
    });
}

const TITLES = {
  archived: 'versions to archive',
  versions: 'versions to remove',
  datasets: 'data sets to remove',
  objects: 'objects to remove',
};

function addUsers(registry: Command, shell: Shell): void {
  const users = registry.command('users').description('users of the registry itself, and what they may do');
  users.command('list', { isDefault: true }).action(async () => {
    const { client } = connectApi(shell.config());
    const found = dataOf(await client.GET('/registry/users', {}));
    if (shell.json()) return printJson(found);
    printTable(
      found.users.map(({ name, isAdmin, grants }) => ({
        user: name,
        admin: isAdmin ? 'yes' : '',
        may: grants.map(({ on, permission }) => `${permission} ${on}`).join(', '),
      })),
    );
  });
  users
    .command('add <name>')
    .requiredOption('--password-file <file>', 'its first line is the password, 12 characters or more')
    .action(async (name: string, { passwordFile }: { passwordFile: string }) => {
      const password = await firstLine(passwordFile);
      const { client } = connectApi(shell.config());
      const done = dataOf(await client.POST('/registry/users', { body: { name, password } }));
      if (shell.json()) return printJson(done);
      say(`added ${name}`);
    });
  registry
    .command('grant <user> <on> <permission>')
    .description('READ, EDIT or MANAGE on model:<name> or experiment:<name>; a bare name is a model')
    .action(async (user: string, on: string, permission: string) => {
      const { client } = connectApi(shell.config());
      const body = { user, on: resource(on), permission: permission.toUpperCase() } as never;
      const done = dataOf(await client.PUT('/registry/permissions', { body }));
      if (shell.json()) return printJson(done);
      say(`${user} may ${done.permission} ${done.on}`);
    });
  registry
    .command('revoke <user> <on>')
    .description('take back what a user may do on model:<name> or experiment:<name>')
    .action(async (user: string, on: string) => {
      const { client } = connectApi(shell.config());
      const body = { user, on: resource(on) };
      dataOf(await client.POST('/registry/permissions/revoke', { body }));
      if (shell.json()) return printJson({ ...body, revoked: true });
      say(`${user} may no longer do anything on ${body.on}`);
    });
}

const resource = (on: string): string => (/^(model|experiment):/.test(on) ? on : `model:${on}`);

async function firstLine(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InvalidInputError(`--password-file cannot be read: ${messageOf(error)}`);
  });
  return text.split('\n')[0]?.trim() ?? '';
}

async function showStatus(shell: Shell): Promise<void> {
  const { client } = connectApi(shell.config());
  const state = dataOf(await client.GET('/registry', {}));
  if (!state.reachable) shell.endWith(EXIT.unreachable);
  if (shell.json()) return printJson(state);
  const { backend, address, reachable, error, waiting, refused, published } = state;
  say(`${backend} at ${address}: ${reachable ? 'it answers' : `it does not answer: ${error}`}`);
  say(`${published} published, ${waiting} waiting, ${refused} refused`);
}

async function listModels(shell: Shell): Promise<void> {
  const { client } = connectApi(shell.config());
  const page = dataOf(await client.GET('/registry/models', { params: { query: { limit: 500 } } }));
  if (shell.json()) return printJson(page);
  printTable(
    page.items.map(({ name, versions, aliases }) => ({
      model: name,
      versions,
      aliases: aliases.map(({ alias, version }) => `${alias} → ${version}`).join(', '),
    })),
  );
}

async function showVersion(shell: Shell, id: string): Promise<void> {
  const { client } = connectApi(shell.config());
  const path = { id: id.startsWith('mdl_') ? id : `mdl_${id}` };
  const model = dataOf(await client.GET('/models/{id}', { params: { path } }));
  const { items: files } = dataOf(await client.GET('/models/{id}/artifacts', { params: { path } }));
  const query = { kind: 'version', limit: 500 } as const;
  const { items } = dataOf(await client.GET('/registry/publications', { params: { query } }));
  const publication = items.find(({ subject }) => subject === path.id) ?? null;
  printJson({ model, files, publication });
}

async function sync(shell: Shell, asked: { timeout: number; name?: string }): Promise<void> {
  const { timeout, ...input } = asked;
  const report = (await runStory(shell.config(), 'syncRegistry', input)) as SyncReport;
  const { missing, missingLeftOut, unreachable } = report;
  if (!shell.json()) {
    for (const { kind, subject, reason, error } of missing)
      say(`${kind} ${subject}: ${reason}${error ? ` (${error})` : ''}`);
    if (missingLeftOut > 0) say(`and ${missingLeftOut} more`);
    if (missing.length === 0) say('nothing was missing');
    if (unreachable)
      say(`The registry does not answer, what waits is published when it does: ${unreachable}`);
  }
  const state = await untilPublished(shell, unreachable ? 0 : timeout);
  if (state.waiting > 0 || unreachable) shell.endWith(EXIT.unreachable);
  else if (state.refused > 0) shell.endWith(EXIT.failed);
  if (shell.json()) return printJson({ ...report, ...state });
  say(`${state.published} published, ${state.waiting} waiting, ${state.refused} refused`);
}

async function untilPublished(
  shell: Shell,
  seconds: number,
): Promise<{ waiting: number; refused: number; published: number }> {
  const { client } = connectApi(shell.config());
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const { waiting, refused, published } = dataOf(await client.GET('/registry', {}));
    if (waiting === 0 || Date.now() >= until) return { waiting, refused, published };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
