import { ActivityFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { StepReply, VerifyInput } from '../activities/backtest/verify-steps.js';
import type { ExternalRequest } from '../domain/backtest/external.js';
import { OTHER_ENGINES, type VerificationReport } from '../domain/backtest/verification.js';
import { causeOf, trackProgress } from './progress.js';
import { cpu, verify } from './steps.js';

/**
 * The same backtest by every engine that has a worker, compared trade by trade. An engine without one, or one that
 * breaks, is a line of the report and not the end of the story.
 */
export async function verifyBacktest(input: VerifyInput): Promise<VerificationReport> {
  const names = (input.engines ?? Object.keys(OTHER_ENGINES)).filter((name) => name in OTHER_ENGINES);
  const progress = trackProgress(['plan', ...names, 'compare'], input);
  const plan = await progress.run('plan', () => cpu.planVerification(input));
  const replies: StepReply[] = [...plan.refused];
  for (const reply of plan.refused) progress.skip(reply.engine, textOf(reply));
  const answer = async (name: string, ask: () => Promise<StepReply>): Promise<void> => {
    replies.push(await progress.run(name, ask, textOf));
  };
  const here = async (): Promise<void> => {
    for (const engine of plan.here) await answer(engine, () => cpu.runEngine({ plan, engine }));
  };
  const there = async (): Promise<void> => {
    let alone = false;
    for (const request of plan.requests)
      await answer(request.engine, async () => {
        // Nobody came for the first: the others need not wait as long to learn it.
        const reply = alone ? noWorker(request.engine) : await askPython(request);
        alone ||= !reply.result && !reply.available;
        return reply;
      });
  };
  await Promise.all([here(), there()]);
  const order = (reply: StepReply): number => names.indexOf(reply.engine);
  replies.sort((a, b) => order(a) - order(b));
  const report = await progress.run(
    'compare',
    () => cpu.compareEngines({ plan, replies }),
    ({ verdict }) => verdict,
  );
  return report;
}

/** Half a minute each: as long as one step may last, and another one behind it. */
const MOST_WAITS = 120;

async function askPython(request: ExternalRequest): Promise<StepReply> {
  const { engine } = request;
  for (let waits = 0; waits < MOST_WAITS; waits++)
    try {
      return { engine, result: await verify.runExternalBacktest(request) };
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const { cause } = error;
      if (!(cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START'))
        return { engine, result: null, available: true, failed: true, reason: causeOf(error) };
      // Nobody took it: the worker has another story's step, or there is none.
      if ((await cpu.countPollers({ queue: 'verify' })) === 0) return noWorker(engine);
    }
  const reason = `the worker on verify was busy for ${MOST_WAITS / 2} minutes; ask again later`;
  return { engine, result: null, available: true, failed: true, reason };
}

const noWorker = (engine: string): StepReply => ({
  engine,
  result: null,
  available: false,
  failed: false,
  reason: 'no worker on verify within 30 s; start one: finsight worker --queues verify',
});

const textOf = (reply: StepReply): string =>
  reply.result ? `final equity ${reply.result.finalEquity.toFixed(3)}` : `skipped: ${reply.reason}`;
