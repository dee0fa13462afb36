import type { QueueFigures } from '../../domain/resources.js';
import { FIRST_BAR } from '../api/made-records.js';

const queue = (name: QueueFigures['name'], change: Partial<QueueFigures> = {}): QueueFigures => ({
  ...{ name, pollers: 1, backlog: 0, oldestTaskAgeMs: 0, tasksPerSecond: 0, addedPerSecond: 0 },
  ...{ backlogByPriority: {}, running: 0, capacity: 8, workers: [], ...change },
});

const worker = {
  ...{ identity: '4711@a-machine-with-a-very-long-name.data-centre.example', host: 'a', processId: '4711' },
  ...{ running: 8, capacity: 8, done: 123_456, cpuUsage: 0.97, memoryUsage: null },
  ...{ startedAt: FIRST_BAR, heartbeatAt: FIRST_BAR + 1000 },
};

/** A full queue, one that nobody works on, one whose server tells no capacity. */
export const BUSY: QueueFigures[] = [
  queue('finsight', { tasksPerSecond: 3.42, running: 2 }),
  queue('io', {
    ...{ backlog: 5012, oldestTaskAgeMs: 754_000, running: 8, tasksPerSecond: 12.1, addedPerSecond: 40 },
    ...{ backlogByPriority: { 1: 12, 5: 5000 }, workers: [worker] },
  }),
  queue('train', { pollers: 0, capacity: 0, backlog: 14, oldestTaskAgeMs: 61_000 }),
  queue('verify', { capacity: 0 }),
];
