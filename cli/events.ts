import type { Command } from 'commander';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface ShownEvent {
  id: string;
  type: string;
  at: number;
  payload: Record<string, unknown>;
}

interface ShownConsumer {
  consumer: string;
  lag: number;
  oldestAt: number | null;
  handled: number;
  failures: number;
  error: string | null;
  deadLetters: number;
}

interface ShownLetter {
  id: string;
  consumer: string;
  state: string;
  attempts: number;
  at: number;
  event: ShownEvent;
  error: string;
}

const instantOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** `events list|status|consumers|dead-letters|requeue`. */
export const addEvents: AddCommands = (program, shell) => {
  const events = program.command('events').description('what happened, and who follows it');
  events
    .command('list', { isDefault: true })
    .description('the latest events')
    .option('--type <type>', 'such as article.collected')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (query: { type?: string; limit: number }) => {
      const { client } = connectApi(shell.config());
      const found = dataOf(await client.GET('/events', { params: { query: given(query) } }));
      if (shell.json()) return printJson(found);
      printTable(
        (found.items as ShownEvent[]).map(({ at, type, id, payload }) => ({
          at: instantOf(at),
          type,
          id,
          payload: JSON.stringify(payload).slice(0, 100),
        })),
      );
    });
  events
    .command('consumers')
    .description('who follows the events, and how far behind')
    .action(async () => {
      const found = dataOf(await connectApi(shell.config()).client.GET('/events/consumers'));
      if (shell.json()) return printJson(found);
      printTable(
        (found.items as ShownConsumer[]).map(({ oldestAt, ...row }) => ({
          consumer: row.consumer,
          lag: row.lag,
          oldest: instantOf(oldestAt),
          handled: row.handled,
          failures: row.failures,
          deadLetters: row.deadLetters,
          error: row.error,
        })),
      );
      say(
        found.leader ? `run by ${found.leader.owner}` : 'run by no process: start a worker of the queue io',
      );
    });
  addStatus(events, shell);
  addDeadLetters(events, shell);
};

function addStatus(events: Command, shell: Shell): void {
  events
    .command('status')
    .description('what lies in the outbox, and how far its slowest follower is behind')
    .action(async () => {
      const found = dataOf(await connectApi(shell.config()).client.GET('/events/outbox'));
      if (shell.json()) return printJson(found);
      const { pending, lagMs, heldBy, delivered, oldestAt } = found;
      const lagSeconds = Math.round(lagMs / 1000);
      printTable([{ pending, lagSeconds, heldBy, delivered, oldest: instantOf(oldestAt) }]);
    });
}

function addDeadLetters(events: Command, shell: Shell): void {
  events
    .command('dead-letters')
    .description('events that could not be handled')
    .option('--consumer <name>', 'only of this consumer')
    .option('--state <state>', 'failing, dead or requeued')
    .option('--type <type>', 'only events of this type')
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (query: Record<string, unknown>) => {
      const { client } = connectApi(shell.config());
      const params = { query: given(query) } as never;
      const found = dataOf(await client.GET('/events/dead-letters', { params }));
      if (shell.json()) return printJson(found);
      printTable((found.items as ShownLetter[]).map(rowOf));
    });
  events
    .command('requeue <id>')
    .description('let its consumer try a dead letter again')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      const letter = dataOf(
        await client.POST('/events/dead-letters/{id}/requeue', { params: { path: { id } } }),
      );
      if (shell.json()) printJson(letter);
      else printTable([rowOf(letter as ShownLetter)]);
    });
}

const rowOf = ({ id, consumer, state, attempts, at, event, error }: ShownLetter) => ({
  id,
  consumer,
  state,
  attempts,
  failed: instantOf(at),
  event: `${event.type} ${event.id}`,
  error: error.slice(0, 100),
});
