import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, list, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface Flags {
  webhook?: string;
  slack?: string;
  email?: string[];
  types: string[];
  tickers?: string[];
  sources?: string[];
  streams?: string[];
  quiet?: string;
  timeZone: string;
  perHour?: number;
}

interface Shown {
  id: string;
  name: string;
  state: string;
  channel: { kind: string; host: string | null; to: string[] | null };
  types: string[];
  quietHours: { from: string; to: string; timeZone: string } | null;
  perHour: number | null;
}

/** `notifications list|show|create|pause|resume|test|deliveries|retry|delete`. */
export const addNotifications: AddCommands = (program, shell) => {
  const noun = program.command('notifications').description('who is told of which events, and how');
  noun
    .command('list', { isDefault: true })
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (query: { limit: number }) => {
      const found = dataOf(
        await connectApi(shell.config()).client.GET('/notifications', { params: { query } }),
      );
      if (shell.json()) printJson(found);
      else printTable((found.items as Shown[]).map(rowOf));
    });
  noun
    .command('create <name>')
    .description('a new subscription; the key of a webhook is made and shown once')
    .option('--webhook <url>', 'signed JSON to this address')
    .option('--slack <url>', "an incoming webhook of Slack's form")
    .option('--email <list>', 'addresses', list)
    .option('--types <list>', 'such as article.scored,bars.*', list, ['*'])
    .option('--tickers <list>', 'only about these assets', list)
    .option('--sources <list>', 'only from these feeds', list)
    .option('--streams <list>', 'only of these streams', list)
    .option('--quiet <from-to>', 'nothing is sent then, such as 22:00-07:00')
    .option('--time-zone <name>', 'of the quiet hours', 'UTC')
    .option('--per-hour <n>', 'at most so many', wholeNumber)
    .action(async (name: string, flags: Flags) => {
      const body = bodyOf(name, flags);
      const { client } = connectApi(shell.config());
      const made = dataOf(await client.POST('/notifications', { body: body as never }));
      if (shell.json()) return printJson(made);
      printTable([rowOf(made as Shown)]);
      if (made.secret) say(`the webhook's secret, shown this once: ${made.secret}`);
    });
  addOne(noun, shell);
  addDeliveries(noun, shell);
};

function addOne(noun: Command, shell: Shell): void {
  const on = (id: string) => ({ params: { path: { id } } });
  const api = () => connectApi(shell.config()).client;
  noun.command('show <id>').action(async (id: string) => {
    printJson(dataOf(await api().GET('/notifications/{id}', on(id))));
  });
  for (const [verb, state] of [
    ['pause', 'paused'],
    ['resume', 'active'],
  ] as const)
    noun.command(`${verb} <id>`).action(async (id: string) => {
      const held = dataOf(await api().GET('/notifications/{id}', on(id)));
      const { name, types, filters, quietHours, perHour } = held;
      const body = { name, types, filters, quietHours, perHour, state };
      const changed = dataOf(await api().PUT('/notifications/{id}', { ...on(id), body: body as never }));
      if (shell.json()) printJson(changed);
      else printTable([rowOf(changed as Shown)]);
    });
  noun
    .command('test <id>')
    .description('send a made-up event now')
    .action(async (id: string) => {
      const sent = dataOf(await api().POST('/notifications/{id}/test', on(id)));
      if (shell.json()) printJson(sent);
      else say(`sent: ${sent.detail}`);
    });
  noun.command('delete <id>').action(async (id: string) => {
    dataOf(await api().DELETE('/notifications/{id}', on(id)));
    say(`removed ${id}`);
    if (shell.json()) printJson({ id, removed: true });
  });
}

function addDeliveries(noun: Command, shell: Shell): void {
  noun
    .command('deliveries <id>')
    .description('what was and will be sent')
    .option('--state <state>', 'waiting, sent or dead')
    .option('--limit <n>', 'how many', wholeNumber, 50)
    .action(async (id: string, query: { state?: string; limit: number }) => {
      const { client } = connectApi(shell.config());
      const params = { path: { id }, query: given(query) } as never;
      const found = dataOf(await client.GET('/notifications/{id}/deliveries', { params }));
      if (shell.json()) return printJson(found);
      printTable(
        found.items.map((each) => ({
          id: each.id,
          state: each.state,
          due: new Date(each.dueAt).toISOString(),
          attempts: each.attempts,
          event: each.event.type,
          last: each.log.at(-1)?.detail.slice(0, 80) ?? null,
        })),
      );
    });
  noun
    .command('retry <id> <delivery>')
    .description('send one that was given up once more')
    .action(async (id: string, delivery: string) => {
      const { client } = connectApi(shell.config());
      const path = '/notifications/{id}/deliveries/{delivery}/retry';
      const again = dataOf(await client.POST(path, { params: { path: { id, delivery } } }));
      if (shell.json()) printJson(again);
      else say(`${again.id} will be sent again`);
    });
}

/** @throws InvalidInputError where it is not said, or said twice, how to tell. */
function bodyOf(name: string, flags: Flags): Record<string, unknown> {
  const { webhook, slack, email, types, tickers, sources, streams, quiet, timeZone, perHour } = flags;
  const channels = [
    ...(webhook === undefined ? [] : [{ kind: 'webhook', url: webhook }]),
    ...(slack === undefined ? [] : [{ kind: 'slack', url: slack }]),
    ...(email === undefined ? [] : [{ kind: 'email', to: email }]),
  ];
  if (channels.length !== 1)
    throw new InvalidInputError('Give one of --webhook <url>, --slack <url> and --email <list>');
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(quiet ?? '') ?? [];
  if (quiet !== undefined && from === undefined)
    throw new InvalidInputError(`--quiet is "${quiet}"; it must be <from>-<to>, such as 22:00-07:00`);
  const quietHours = quiet === undefined ? undefined : { from, to, timeZone };
  const filters = given({ tickers, sources, streams });
  return { name, channel: channels[0], types, filters, ...given({ quietHours, perHour }) };
}

const rowOf = ({ id, name, state, channel, types, quietHours, perHour }: Shown) => ({
  id,
  name,
  state,
  channel: `${channel.kind} ${channel.host ?? channel.to?.join(',') ?? ''}`,
  types: types.join(','),
  quiet: quietHours ? `${quietHours.from}-${quietHours.to} ${quietHours.timeZone}` : null,
  perHour,
});
