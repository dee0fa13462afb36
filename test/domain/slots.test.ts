import { describe, expect, it } from 'vitest';
import { readSlots, trainingSlots } from '../../domain/slots.js';

const GIB = 2 ** 30;

describe('models that a machine trains at a time', () => {
  it.each([
    ['a laptop', { cores: 2, memoryBytes: 8 * GIB, gpus: 0 }, undefined, { slots: 1, threads: 2 }],
    [
      'one with little memory',
      { cores: 32, memoryBytes: 4 * GIB, gpus: 0 },
      undefined,
      { slots: 1, threads: 32 },
    ],
    ['a server', { cores: 16, memoryBytes: 64 * GIB, gpus: 0 }, undefined, { slots: 4, threads: 4 }],
    [
      'a server with less memory',
      { cores: 16, memoryBytes: 13 * GIB, gpus: 0 },
      undefined,
      { slots: 2, threads: 8 },
    ],
    ['one with GPUs', { cores: 16, memoryBytes: 64 * GIB, gpus: 2 }, undefined, { slots: 2, threads: 8 }],
    ['as many as was said', { cores: 2, memoryBytes: 8 * GIB, gpus: 0 }, 4, { slots: 4, threads: 1 }],
  ])('%s', (_, machine, given, expected) => {
    expect(trainingSlots(machine, given)).toEqual(expected);
  });
});

describe('slots of a worker', () => {
  it('are a number, or two for as many as the machine bears', () => {
    expect(readSlots(' 16 ')).toBe(16);
    expect(readSlots('4-64')).toEqual({ least: 4, most: 64 });
    expect(readSlots('')).toBeUndefined();
  });

  it.each(['0', '-1', '1.5', 'many', '64-4', '4-4', '1-', '1001', '1-1001'])('"%s" is named', (text) => {
    expect(() => readSlots(text)).toThrow(`unreadable number of slots "${text}"`);
  });
});
