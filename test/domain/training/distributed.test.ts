import { describe, expect, it } from 'vitest';
import {
  checkOneProcess,
  decidingWeights,
  nodeQueue,
  type DistributedSettings,
} from '../../../domain/training/distributed.js';
import { resolveTraining, type Trainer } from '../../../domain/training/trainers.js';

const two: DistributedSettings = { engine: 'torchrun', processes: 2 };
const nodes = { nodes: ['gpu1', 'gpu2'], rendezvous: 'gpu1:29500' };
const ray: DistributedSettings = { engine: 'ray', processes: 2 };

describe('training in several processes', () => {
  it.each<[Trainer, DistributedSettings, string]>([
    ['lightgbm', two, 'lightgbm is trained by one process; distributed goes with patchtst, patchtsmixer'],
    ['ridge', two, 'ridge is trained by one process'],
    ['patchtst', { ...two, engine: 'mpi' as never }, 'Unknown engine "mpi"; known: torchrun, ray'],
    ['patchtst', { ...two, processes: 0 }, 'processes is 0; it must be a whole number from 1 to 1024'],
    ['patchtst', { ...two, processes: 1.5 }, 'processes is 1.5; it must be a whole number'],
    [
      'patchtst',
      { ...two, processes: 200 },
      'A batch of 256 has fewer than two rows for each of 200 processes',
    ],
    ['patchtst', { ...ray, ...nodes }, 'nodes are of the engine torchrun; a Ray cluster knows its own'],
    ['patchtst', { ...two, ...nodes, nodes: ['gpu1'] }, 'nodes are gpu1; several machines are wanted'],
    [
      'patchtst',
      { ...two, ...nodes, nodes: ['a', 'a'] },
      'nodes are a, a; several machines are wanted, each',
    ],
    ['patchtst', { ...two, ...nodes, nodes: ['a', 'b/c'] }, 'The node "b/c" is no name; letters, digits'],
    ['patchtst', { ...two, nodes: ['a', 'b'] }, 'several machines is <host>:<port> of a, not ""'],
    ['patchtst', { ...two, ...nodes, rendezvous: 'gpu1' }, '<host>:<port> of gpu1, not "gpu1"'],
    ['patchtst', { ...two, ...nodes, rendezvous: 'gpu1:70000' }, '<host>:<port> of gpu1, not "gpu1:70000"'],
    ['patchtst', { ...two, rendezvous: 'gpu1:29500' }, 'rendezvous goes with nodes'],
    ['patchtst', { ...two, address: 'head:6379' }, 'address is of the engine ray; torchrun has rendezvous'],
    ['patchtst', { ...ray, address: 'head' }, 'ray://<host>:<port> or auto, not "head"'],
  ])('%s with %j is refused', (trainer, distributed, message) => {
    expect(() => resolveTraining(trainer, { distributed })).toThrow(message);
  });

  it.each<DistributedSettings>([
    two,
    { ...two, ...nodes },
    { ...two, ...nodes, rendezvous: '[fd00::1]:29500' },
    ray,
    { ...ray, address: 'auto' },
    { ...ray, address: 'ray://head:10001' },
  ])('%j is taken', (distributed) => {
    expect(resolveTraining('patchtst', { distributed }).distributed).toEqual(distributed);
  });

  it('decides weights by how many processes share a batch, wherever they run', () => {
    const of = (distributed?: DistributedSettings) =>
      decidingWeights(resolveTraining('patchtst', { distributed }));
    const alone = resolveTraining('patchtst');
    expect(of()).toEqual(alone);
    expect(of({ ...two, processes: 1 })).toEqual(alone);
    expect(of(two)).toEqual({ ...alone, processes: 2 });
    expect(of(ray)).toEqual(of(two));
    expect(of({ ...two, ...nodes })).toEqual({ ...alone, processes: 4 });
  });

  it('is not for trials', () => {
    expect(() => checkOneProcess({ distributed: two })).toThrow('A tuning trains each trial by one process');
    expect(checkOneProcess({})).toBeUndefined();
  });

  it('has a queue for each machine', () => {
    expect(nodeQueue('gpu1')).toBe('train@gpu1');
  });
});
