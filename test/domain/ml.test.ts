import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { externalRequest, externalResult, externalTrades } from '../../domain/backtest/external.js';
import { suggestRequest, suggestResult, trainRequest, trainResult } from '../../domain/ml.js';
import { inferenceRequest, inferenceResult } from '../../domain/ml/inference.js';
import { sentimentRequest, sentimentResult } from '../../domain/ml/sentiment.js';
import { contractsPath, contractsText } from '../../infra/contracts.js';

const golden = (name: string): unknown => JSON.parse(readFileSync(`test/contracts/${name}.json`, 'utf8'));

describe('the contracts with Python', () => {
  it('stand in contracts.json as zod has them (npm run contracts)', () => {
    expect(readFileSync(contractsPath(), 'utf8')).toBe(contractsText());
  });

  it('take the golden examples, which pytest reads too', () => {
    expect(trainRequest.parse(golden('train-request'))).toEqual(golden('train-request'));
    expect(trainResult.parse(golden('train-result'))).toEqual(golden('train-result'));
    expect(sentimentRequest.parse(golden('sentiment-request'))).toEqual(golden('sentiment-request'));
    expect(sentimentResult.parse(golden('sentiment-result'))).toEqual(golden('sentiment-result'));
    expect(suggestRequest.parse(golden('suggest-request'))).toEqual(golden('suggest-request'));
    expect(suggestResult.parse(golden('suggest-result'))).toEqual(golden('suggest-result'));
    expect(inferenceRequest.parse(golden('inference-request'))).toEqual(golden('inference-request'));
    expect(inferenceResult.parse(golden('inference-result'))).toEqual(golden('inference-result'));
    expect(externalRequest.parse(golden('external-request'))).toEqual(golden('external-request'));
    expect(externalResult.parse(golden('external-result'))).toEqual(golden('external-result'));
    expect(externalTrades.parse(golden('external-trades'))).toEqual(golden('external-trades'));
  });

  it('refuse members that nobody knows', () => {
    expect(trainRequest.safeParse({ ...(golden('train-request') as object), gpu: true }).success).toBe(false);
  });
});
