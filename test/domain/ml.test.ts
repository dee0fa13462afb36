import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { externalRequest, externalResult, externalTrades } from '../../domain/backtest/external.js';
import { trainRequest, trainResult } from '../../domain/ml.js';
import { contractsPath, contractsText } from '../../infra/contracts.js';

const golden = (name: string): unknown => JSON.parse(readFileSync(`test/contracts/${name}.json`, 'utf8'));

describe('the contracts with Python', () => {
  it('stand in contracts.json as zod has them (npm run contracts)', () => {
    expect(readFileSync(contractsPath(), 'utf8')).toBe(contractsText());
  });

  it('take the golden examples, which pytest reads too', () => {
    const contracts = {
      'train-request': trainRequest,
      'train-result': trainResult,
      'external-request': externalRequest,
      'external-result': externalResult,
      'external-trades': externalTrades,
    };
    for (const [name, contract] of Object.entries(contracts))
      expect(contract.parse(golden(name))).toEqual(golden(name));
  });

  it('refuse members that nobody knows', () => {
    expect(trainRequest.safeParse({ ...(golden('train-request') as object), gpu: true }).success).toBe(false);
  });
});
