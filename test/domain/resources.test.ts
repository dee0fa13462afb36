import { describe, expect, it } from 'vitest';
import { desiredWorkers, type QueueFigures } from '../../domain/resources.js';

const worker = {} as QueueFigures['workers'][number];
const queue = (change: Partial<QueueFigures>): QueueFigures => ({
  ...{ name: 'cpu', pollers: 1, backlog: 0, oldestTaskAgeMs: 0, tasksPerSecond: 0, addedPerSecond: 0 },
  ...{ backlogByPriority: {}, running: 0, capacity: 2, workers: [worker] },
  ...change,
});

describe('workers that a queue should have', () => {
  it.each<[string, Partial<QueueFigures>, number]>([
    ['one rests for whatever comes', {}, 1],
    ['none where nothing trains', { name: 'train' }, 0],
    ['one for the first training', { name: 'train', capacity: 0, workers: [], backlog: 1 }, 1],
    ['one a training where no pace is known', { name: 'train', capacity: 1, running: 1, backlog: 99 }, 100],
    // 2 run, 1 a second: 2 s each. 60 more within 60 s take 2 slots, what comes 2: 4 slots.
    ['what comes and what waits', { running: 2, tasksPerSecond: 1, addedPerSecond: 1, backlog: 60 }, 2],
    ['no more than there are tasks', { running: 2, tasksPerSecond: 0.001, addedPerSecond: 0, backlog: 3 }, 3],
    [
      'less where what there is suffices',
      { running: 2, tasksPerSecond: 100, addedPerSecond: 10, backlog: 5 },
      1,
    ],
    ['by the usual slots where no worker tells its own', { capacity: 0, workers: [], backlog: 10 }, 5],
    ['by the slots that its workers tell', { capacity: 8, workers: [worker, worker], backlog: 40 }, 10],
  ])('%s', (_, change, expected) => {
    expect(desiredWorkers(queue(change))).toBe(expected);
  });
});
