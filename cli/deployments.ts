import type { Deployment } from '../domain/deployment/record.js';
import { isUnderWay } from '../domain/deployment/record.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { parseSource, sourceKey } from '../domain/sources.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, jsonObject, list, type AddCommands, type Shell } from './shell.js';

/** `deployments list|show|start|approve|reject|rollback|code`. */
export const addDeployments: AddCommands = (program, shell) => {
  const deployments = program
    .command('deployments')
    .description('how each model is served, and versions on their way: evidence, shadow, approval, canary');
  deployments
    .command('list', { isDefault: true })
    .option('--model <name>', 'only of this name')
    .option('--stage <stage>', 'only in this stage, such as approval')
    .action(async (flags: { model?: string; stage?: string }) => {
      const page = dataOf(
        await connectApi(shell.config()).client.GET('/deployments', {
          params: { query: given(flags) },
        } as never),
      ) as unknown as { items: Deployment[] };
      if (shell.json()) return printJson(page);
      printTable(page.items.map(rowOf));
    });
  deployments
    .command('show <model>')
    .description('evidence, traffic and decisions; <model> is a name, or <name>:<source key>')
    .option('--source <kind>', 'where the name is served for several')
    .action(async (model: string, flags: { source?: string }) => {
      const record = await resolve(shell, model, flags);
      if (shell.json()) printJson(record);
      else show(record);
    });
  addStart(deployments, shell);
  addDecisions(deployments, shell);
  deployments
    .command('rollback <model>')
    .description('take back what is on its way, or was promoted last: the version before it answers')
    .requiredOption('--reason <text>', 'why; it goes into the audit log')
    .option('--source <kind>', 'where the name is served for several')
    .action(async (model: string, { reason, ...flags }: { reason: string; source?: string }) => {
      const { id } = await resolve(shell, model, flags);
      const record = await post<Deployment>(shell, { id, verb: 'rollback', body: { reason } });
      if (shell.json()) return printJson(record);
      say(`${record.id} is ${record.stage}: ${record.champion ?? 'the best baseline'} answers`);
    });
  deployments
    .command('code <model>')
    .description('an approval code for the bare temporal command line, good for 15 minutes')
    .option('--for <action>', 'decide (approve or reject) or rollback', 'decide')
    .option('--source <kind>', 'where the name is served for several')
    .action(async (model: string, flags: { for: string; source?: string }) => {
      const record = await resolve(shell, model, flags);
      const body = { action: flags.for };
      const issued = await post<Issued>(shell, { id: record.id, verb: 'approval-code', body });
      if (shell.json()) return printJson({ ...issued, workflowId: record.workflowId });
      process.stdout.write(`${issued.code}\n`);
      const evidence = issued.evidenceSha256;
      const input = JSON.stringify({ code: '<code>', ...(evidence && { evidenceSha256: evidence }) });
      const name = flags.for === 'decide' ? 'approve' : 'rollback';
      say(
        `temporal workflow update execute --workflow-id ${record.workflowId} --name ${name} --input '${input}'`,
      );
    });
};

interface Issued {
  code: string;
  evidenceSha256: string | null;
}

function addStart(deployments: Parameters<AddCommands>[0], shell: Shell): void {
  deployments
    .command('start <model@version>')
    .description('propose a version: evidence, shadow, approval, canary, champion')
    .option('--evaluations <ids>', 'its evidence; left out: the latest of each stream', list)
    .option('--policy <json>', 'members that differ from the usual policy', jsonObject)
    .option('--no-four-eyes', 'let the principal who trained it approve it')
    .action(
      async (
        model: string,
        flags: { evaluations?: string[]; policy?: Record<string, unknown>; fourEyes: boolean },
      ) => {
        const { evaluations, fourEyes } = flags;
        const policy = { ...flags.policy, ...(fourEyes ? {} : { fourEyes }) };
        const { client } = connectApi(shell.config());
        const body = given({ model, evaluations, ...(Object.keys(policy).length > 0 && { policy }) });
        const record = dataOf(await client.POST('/deployments', { body } as never)) as unknown as Deployment;
        if (shell.json()) return printJson(record);
        say(`${record.candidate} is on its way (${record.id}): finsight deployments show ${record.id}`);
      },
    );
}

function addDecisions(deployments: Parameters<AddCommands>[0], shell: Shell): void {
  for (const [verb, about] of [
    ['approve', 'let the candidate that waits get requests; not by who trained it'],
    ['reject', 'refuse the candidate that waits'],
  ] as const)
    deployments
      .command(`${verb} <model>`)
      .description(about)
      .option('--evidence <sha256>', 'of what you have seen; left out: what is shown now')
      .option('--comment <text>', 'goes into the audit log')
      .option('--source <kind>', 'where the name is served for several')
      .action(async (model: string, flags: { evidence?: string; comment?: string; source?: string }) => {
        const { evidence, comment, ...which } = flags;
        const record = await resolve(shell, model, which);
        if (!evidence && !record.evidenceSha256)
          throw new InvalidInputError(`Nothing of ${record.id} waits for an approval: it is ${record.stage}`);
        if (!evidence && !shell.json()) show(record);
        const body = given({ evidenceSha256: evidence ?? record.evidenceSha256, comment });
        const decided = await post<{ candidate: string; decision: string; by: string }>(shell, {
          ...{ id: record.id, verb, body },
        });
        if (shell.json()) return printJson(decided);
        say(`${decided.candidate} ${decided.decision} by ${decided.by}`);
      });
}

async function post<T>(
  shell: Shell,
  { id, verb, body }: { id: string; verb: string; body: Record<string, unknown> },
): Promise<T> {
  const { client } = connectApi(shell.config());
  const options = { params: { path: { id } }, body } as never;
  return dataOf(await client.POST(`/deployments/{id}/${verb}` as never, options)) as unknown as T;
}

/** The record of an id, or of a name: what is under way of it, else the only one. @throws NotFoundError, InvalidInputError */
async function resolve(shell: Shell, model: string, { source }: { source?: string }): Promise<Deployment> {
  const { client } = connectApi(shell.config());
  const id = source ? `${model}:${sourceKey(parseSource(source))}` : model;
  if (id.includes(':'))
    return dataOf(
      await client.GET('/deployments/{id}', { params: { path: { id } } } as never),
    ) as unknown as Deployment;
  const name = model.replace(/@.*$/, '');
  const { items } = dataOf(
    await client.GET('/deployments', { params: { query: { model: name } } } as never),
  ) as unknown as { items: Deployment[] };
  const [only, ...others] = items.some(isUnderWay) ? items.filter(isUnderWay) : items;
  if (!only)
    throw new NotFoundError(`Nothing of "${name}" was deployed; finsight deployments lists what was`);
  if (others.length === 0) return only;
  throw new InvalidInputError(
    `"${name}" is served for several sources: ${items.map((each) => each.id).join(', ')}; name one of them`,
  );
}

const rowOf = (record: Deployment): Record<string, unknown> => ({
  id: record.id,
  stage: record.stage,
  champion: record.champion ?? '',
  candidate: record.candidate ?? '',
  percent: record.percent,
  changed: new Date(record.updatedAt).toISOString(),
});

function show(record: Deployment): void {
  printTable([rowOf(record)]);
  printTable(record.checks.map(({ name, passed, text }) => ({ check: name, passed, text })));
  const { shadow, canary, approval } = record;
  if (shadow) printTable([{ traffic: 'shadow', ...shadow }]);
  if (canary) printTable([{ traffic: `canary at ${record.percent} %`, ...canary }]);
  if (record.evidenceSha256)
    say(`evidence ${record.evidenceSha256}, trained by ${record.trainedBy ?? 'nobody known'}`);
  if (approval.expiresAt !== null)
    say(`approval ${approval.state}, expires ${new Date(approval.expiresAt).toISOString()}`);
  for (const reason of record.reasons) say(`  ${reason}`);
}
