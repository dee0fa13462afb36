import { describe, expect, it } from 'vitest';
import { requestOf } from '../../cli/predict.js';
import { main } from '../../cli/main.js';
import { temporaryDirectory } from '../temporal.js';

const stream = 'binance/BTC-USDT/1h';

describe('predict', () => {
  it.each([
    [{ horizon: '4' }, { horizonBars: 4 }],
    [{ horizon: '24h' }, { horizonBars: 24 }],
    [{ horizon: '2d' }, { horizonBars: 48 }],
    [{ horizonBars: 3 }, { horizonBars: 3 }],
    [{ model: 'alpha' }, { name: 'alpha' }],
    [{ model: 'alpha@1' }, { model: 'alpha@1' }],
    [{ name: 'alpha' }, { name: 'alpha' }],
    [
      { ensemble: 'stacking' as const, minConfidence: 0.6 },
      { ensemble: 'stacking', minConfidence: 0.6 },
    ],
    [{ asOf: '2024-01-01' }, { asOf: Date.UTC(2024, 0, 1) }],
  ])('asks for %o as %o', (options, expected) => {
    expect(requestOf(stream, options)).toEqual({ stream, ...expected });
  });

  it.each([
    [{ horizon: '30m' }, /no whole number of bars of 1h/],
    [{ horizon: 'soon' }, /bars \(4\) or a time/],
    [{ horizon: '4', horizonBars: 4 }, /not both/],
    [{ asOf: 'yesterday' }, /Unreadable --as-of/],
  ])('refuses %o', (options, message) => {
    expect(() => requestOf(stream, options)).toThrow(message);
  });
});

describe('replay', () => {
  it('of what is not there is wrong input', async () => {
    const directory = temporaryDirectory();
    expect(await main(['replay', 'prd_none', '--data-dir', directory.path])).toBe(2);
    directory.remove();
  });
});
