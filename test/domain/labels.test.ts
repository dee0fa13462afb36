import { describe, expect, it } from 'vitest';
import { detailsOf, labelsOf, summaryOf } from '../../domain/labels.js';
import { checkPayload, PAYLOAD_LIMIT_BYTES, payloadBytes } from '../../domain/payloads.js';

const from = Date.UTC(2024, 0, 1);
const to = Date.UTC(2024, 1, 1, 12);

describe('labels of a story', () => {
  it.each([
    [
      { stream: 'binance/BTC-USDT/1h', source: 'simulated:7' },
      { Symbol: 'BTC-USDT', Timeframe: '1h', Source: 'simulated' },
    ],
    [
      { symbols: ['btc/usdt', 'ETH/USDT'], timeframe: '4h', source: 'recorded:/a/b' },
      { Symbol: 'BTC-USDT+ETH-USDT', Timeframe: '4h', Source: 'recorded' },
    ],
    [
      { streams: ['a/X-Y/1d', 'b/X-Y/1d'], source: { kind: 'live' } },
      { Symbol: 'X-Y', Timeframe: '1d', Source: 'live' },
    ],
    [{ model: 'patchtst-1h-h1@0123' }, { ModelName: 'patchtst-1h-h1', ModelVersion: '0123' }],
    [{ name: 'ridge-1h-h1' }, { ModelName: 'ridge-1h-h1' }],
    [{ feeds: ['a'], symbols: 3, source: 9 }, {}],
  ])('%j', (input, labels) => expect(labelsOf(input)).toEqual(labels));

  it('of many streams stay one Keyword and say how many are left out', () => {
    const streams = Array.from({ length: 50 }, (_, i) => `binance/SYMBOL${i}-USDT/1h`);
    const { Symbol: text = '' } = labelsOf({ streams });
    expect(text.length).toBeLessThanOrEqual(255);
    expect(text).toMatch(/^SYMBOL0-USDT\+.*\+\d+ more$/);
  });
});

describe('summary and details', () => {
  it.each([
    ['moveBars', { days: 90, dryRun: true }, 'Move, older than 90 days, dry run'],
    [
      'collectBars',
      { stream: 'binance/BTC-USDT/1h', from, to, source: 'simulated' },
      'Bars: binance/BTC-USDT/1h, 2024-01-01 to 2024-02-01T12:00:00Z, simulated',
    ],
    ['collectNews', { source: 'recorded:/somewhere' }, 'News, recorded'],
    ['runBacktest', { strategy: 'sma-cross', stream: 'a/B-C/1h' }, 'Backtest: sma-cross on a/B-C/1h'],
    [
      'research',
      { symbols: ['A/B', 'C/D', 'E/F', 'G/H'], from: '2024-01-01' },
      'Research: A-B, C-D, E-F and 1 more, 2024-01-01 to now',
    ],
    ['deployModel', { model: 'm@1', evaluations: ['e'] }, 'Deployment: m@1'],
    ['collectFeed', { feed: 'coindesk', from, to: from }, 'collectFeed: coindesk, 2024-01-01 to 2024-01-01'],
  ])('%s', (kind, input, summary) => expect(summaryOf(kind, input)).toBe(summary));

  it('are cut to what Temporal takes', () => {
    expect(summaryOf('predict', { stream: 'x'.repeat(500) }).length).toBeLessThanOrEqual(160);
    expect(detailsOf({ feeds: ['x'.repeat(9000)] }).length).toBeLessThanOrEqual(4000);
    expect(detailsOf({ from, symbols: ['A/B'], asOf: undefined })).toBe(
      '- **from**: 2024-01-01\n- **symbols**: ["A/B"]',
    );
  });
});

describe('the limit of a payload', () => {
  it('counts bytes, not characters', () => {
    expect(payloadBytes('é')).toBe(4);
    expect(payloadBytes(undefined)).toBe(0);
  });

  it('is kept to the byte, and its breach names what and how large', () => {
    const largest = 'x'.repeat(PAYLOAD_LIMIT_BYTES - 2);
    expect(checkPayload('It', largest)).toBe(largest);
    expect(() => checkPayload('Result of step x', `${largest}y`)).toThrow(
      'Result of step x is 65537 bytes; the limit is 65536: store it as an object and pass { key, sha256 }',
    );
  });
});
