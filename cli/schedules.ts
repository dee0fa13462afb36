import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { canonicalStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, jsonObject, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface Flags {
  kind?: string;
  input?: Record<string, unknown>;
  stream?: string[];
  cron: string;
  timeZone?: string;
  jitter?: number;
  overlap?: string;
  catchUp?: number;
  note?: string;
}

interface Shown {
  id: string;
  kind: string;
  cron: string;
  timeZone: string;
  overlap: string;
  jitterSeconds: number;
  catchUpSeconds: number;
  paused: boolean;
  next: number[];
}

/** `schedules list|show|create|change|pause|resume|trigger|delete|apply`: what starts by itself. */
export const addSchedules: AddCommands = (program, shell) => {
  const schedules = program.command('schedules').description('what starts by itself, and when');
  schedules
    .command('list', { isDefault: true })
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (query: { limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/schedules', { params: { query } as never }));
      if (shell.json()) printJson(page);
      else printTable((page as { items: Shown[] }).items.map(rowOf));
    });
  described(schedules.command('create <id>').description('a new schedule of a story')).action(
    async (id: string, flags: Flags) => {
      const { client } = connectApi(shell.config());
      show(shell, dataOf(await client.POST('/schedules', { body: { id, ...bodyOf(flags) } as never })));
    },
  );
  described(
    schedules.command('change <id>').description('replace a schedule; a paused one stays paused'),
  ).action(async (id: string, flags: Flags) => {
    const { client } = connectApi(shell.config());
    const params = { path: { id } };
    show(shell, dataOf(await client.PUT('/schedules/{id}', { params, body: bodyOf(flags) as never })));
  });
  addStates(schedules, shell);
  schedules
    .command('apply')
    .description("make the timetable's schedules; again, it changes nothing")
    .option('--dry-run', 'only say what would change')
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const { client } = connectApi(shell.config());
      const done = dataOf(await client.POST('/schedules/apply', { body: { dryRun } }));
      if (shell.json()) printJson(done);
      else printTable((done as { schedules: Record<string, unknown>[] }).schedules);
    });
};

function addStates(schedules: Command, shell: Shell): void {
  const on = (id: string) => ({ params: { path: { id } } });
  schedules.command('show <id>').action(async (id: string) => {
    printJson(dataOf(await connectApi(shell.config()).client.GET('/schedules/{id}', on(id))));
  });
  schedules.command('pause <id>').action(async (id: string) => {
    show(shell, dataOf(await connectApi(shell.config()).client.POST('/schedules/{id}/pause', on(id))));
  });
  schedules.command('resume <id>').action(async (id: string) => {
    show(shell, dataOf(await connectApi(shell.config()).client.POST('/schedules/{id}/resume', on(id))));
  });
  schedules
    .command('trigger <id>')
    .description('start its story now, paused or not')
    .action(async (id: string) => {
      show(shell, dataOf(await connectApi(shell.config()).client.POST('/schedules/{id}/trigger', on(id))));
    });
  schedules
    .command('delete <id>')
    .description('runs that it started go on')
    .action(async (id: string) => {
      dataOf(await connectApi(shell.config()).client.DELETE('/schedules/{id}', on(id)));
      say(`removed ${id}`);
      if (shell.json()) printJson({ id, removed: true });
    });
}

const described = (command: Command): Command =>
  command
    .requiredOption('--cron <line>', 'five fields, such as "1 * * * *", or @hourly and its like')
    .option('--stream <stream...>', 'keep these streams up to date; in the place of --kind and --input')
    .option('--kind <story>', 'any story by its name')
    .option('--input <json>', "the story's argument", jsonObject)
    .option('--time-zone <name>', 'IANA name, such as Europe/Berlin (UTC)')
    .option('--jitter <seconds>', 'starts are spread over so many seconds (0)', wholeNumber)
    .option(
      '--overlap <policy>',
      'skip, bufferOne, bufferAll, cancelOther, terminateOther or allowAll (skip)',
    )
    .option(
      '--catch-up <seconds>',
      'missed starts are made up for when they are at most so old (3600)',
      wholeNumber,
    )
    .option('--note <text>');

/** @throws InvalidInputError where it is not said what is started. */
function bodyOf({ kind, input, stream, jitter, catchUp, ...rest }: Flags): Record<string, unknown> {
  const cadence = given({ ...rest, jitterSeconds: jitter, catchUpSeconds: catchUp });
  if (stream !== undefined && kind === undefined && input === undefined) {
    const streams = stream.map(canonicalStream);
    const [only] = streams;
    return streams.length === 1
      ? { kind: 'collectBars', input: { stream: only, append: true }, ...cadence }
      : { kind: 'collectStreams', input: { streams, append: true }, ...cadence };
  }
  if (stream === undefined && kind !== undefined) return { kind, input: input ?? {}, ...cadence };
  throw new InvalidInputError('Say what is started: --stream <stream…>, or --kind <story> --input <json>');
}

function show(shell: Shell, schedule: unknown): void {
  if (shell.json()) printJson(schedule);
  else printTable([rowOf(schedule as Shown)]);
}

const rowOf = ({ id, kind, cron, timeZone, overlap, paused, next, ...more }: Shown) => ({
  id,
  kind,
  cron,
  timeZone,
  overlap,
  jitter: more.jitterSeconds,
  catchUp: more.catchUpSeconds,
  paused,
  next: next[0] === undefined ? null : new Date(next[0]).toISOString(),
});
