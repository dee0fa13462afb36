import type { Closable } from '../adapters/ports.js';
import type { Principal } from '../domain/identity.js';
import type { QueueFigures } from '../domain/resources.js';
import type { StoryKind } from './story-inputs.js';
import type { TrainingProgress } from './training-progress.js';

export { temporalStories } from './temporal.js';

export type StoryStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';

/** A step that failed for a reason that may pass, and waits to be tried again. */
export interface Retry {
  /** Workflow id of the story whose step it is. */
  story: string;
  step: string;
  /** Which attempt runs or comes next, from 2. */
  attempt: number;
  /** How many there will be at most; null where there is no limit. */
  attempts: number | null;
  /** Why the attempt before failed. */
  failure: string;
}

export interface StoryProgress {
  stage: string;
  steps: { name: string; state: 'waiting' | 'running' | 'done' | 'failed'; detail: string }[];
  retrying: Retry[];
  /** Models that its steps train now. */
  training?: TrainingProgress[];
}

export interface StorySummary {
  workflowId: string;
  /** First run's id in this execution chain. */
  runId: string;
  kind: string;
  status: StoryStatus;
  /** Epoch ms. */
  startedAt: number;
  closedAt: number | null;
  /** Who started it; null where it was started by hand or by another story. */
  principal: string | null;
  tenant: string | null;
  /** The story that this one is a step of. */
  parent: string | null;
}

export interface Story extends StorySummary {
  input: unknown;
  /** Null where no worker answers. */
  progress: StoryProgress | null;
  /** Null until it has completed. */
  result: unknown;
  failure: { type: string | null; message: string } | null;
}

export interface StoriesPort extends Closable {
  start(
    kind: StoryKind,
    input: Record<string, unknown>,
    by: Pick<Principal, 'tenant'> & { principal: string },
  ): Promise<{ workflowId: string; runId: string; alreadyRunning: boolean }>;
  list(query: {
    kind?: string | undefined;
    status?: StoryStatus | undefined;
    /** False: only stories that are no step of another. */
    children?: boolean;
    limit: number;
    cursor?: string | undefined;
  }): Promise<{ items: StorySummary[]; cursor: string | null }>;
  /** @throws NotFoundError */
  describe(workflowId: string): Promise<StorySummary>;
  /** With input, progress, result or failure. @throws NotFoundError */
  get(workflowId: string): Promise<Story>;
  /** Null where no worker answers in time. */
  progress(workflowId: string): Promise<StoryProgress | null>;
  /** Asks it to stop and clean up. @throws NotFoundError, and InvalidInputError where it has ended. */
  cancel(workflowId: string): Promise<void>;
  /** Tells a running story something, such as `pause`. @throws as `cancel` */
  signal(workflowId: string, name: 'pause' | 'resume' | 'look'): Promise<void>;
  /**
   * Asks something of a story and waits for the answer; where it does not run, `start` starts it with what is asked.
   * @throws what its validator refused it for, or what came in its way, as the error of that name
   */
  update(
    workflowId: string,
    wanted: {
      name: string;
      argument: Record<string, unknown>;
      start?: {
        kind: StoryKind;
        input: Record<string, unknown>;
        by: { principal: string; tenant: string };
      };
    },
  ): Promise<unknown>;
  /** @throws UnreachableError */
  ready(): Promise<void>;
  schedules: SchedulesPort;
  queues: QueuesView;
}

/** A model that a worker trains at this moment. */
export interface RunningTraining {
  workflowId: string;
  step: string;
  tenant: string | null;
  /** Identity of the worker: `<process>@<host>`. */
  worker: string;
  attempt: number;
  /** Of the attempt, epoch ms. */
  startedAt: number;
  epoch: number | null;
  maxEpochs: number | null;
}

/** What waits and works on the task queues, and what tenants weigh there. */
export interface QueuesView {
  /** @throws UnreachableError */
  figures(): Promise<QueueFigures[]>;
  /** Of the newest 300 stories that train or wait to. @throws UnreachableError */
  trainings(): Promise<RunningTraining[]>;
  /** Weights that hold whatever a story was started with, by tenant. */
  weights(): Promise<Record<string, number>>;
  /** Sets one on every queue, for tasks that come from now on; null removes it. */
  weigh(tenant: string, weight: number | null): Promise<void>;
}

export const OVERLAPS = [
  'skip',
  'bufferOne',
  'bufferAll',
  'cancelOther',
  'terminateOther',
  'allowAll',
] as const;
export type Overlap = (typeof OVERLAPS)[number];

export interface ScheduleSpec {
  id: string;
  kind: StoryKind;
  input: Record<string, unknown>;
  /** Five fields, or @hourly and its like. */
  cron: string;
  /** IANA name. */
  timeZone: string;
  overlap: Overlap;
  jitterSeconds: number;
  catchUpSeconds: number;
  note: string;
}

export interface Schedule extends ScheduleSpec {
  paused: boolean;
  /** Epoch ms, soonest first. */
  next: number[];
  recent: { at: number; workflowId: string | null }[];
  createdBy: string | null;
}

/** Cadence as data: implemented by Temporal Schedules. */
export interface SchedulesPort {
  /** @throws InvalidInputError where the id is taken or the cron line cannot be read. */
  create(spec: ScheduleSpec, by: { principal: string; tenant: string }): Promise<void>;
  /** Replaces all of a schedule but its state: a paused one stays paused. @throws NotFoundError */
  change(spec: ScheduleSpec, by: { principal: string; tenant: string }): Promise<void>;
  list(query: {
    limit: number;
    cursor?: string | undefined;
  }): Promise<{ items: Schedule[]; cursor: string | null }>;
  /** @throws NotFoundError */
  get(id: string): Promise<Schedule>;
  pause(id: string, note: string): Promise<void>;
  resume(id: string, note: string): Promise<void>;
  /** Starts its story now, paused or not, as its overlap policy has it. @throws NotFoundError */
  trigger(id: string): Promise<void>;
  remove(id: string): Promise<void>;
}
