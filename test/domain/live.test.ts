import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTrade, closeBars, cutTape, emptyTape, overBy } from '../../domain/live.js';
import { barsOfTrades, type Trade } from '../../domain/trades.js';

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const tradeOf = (index: number): Trade => ({
  id: String(1000 + index),
  time: START + index * 15_000,
  price: 100 + (index % 7),
  amount: `0.${1 + (index % 9)}`,
});

describe('a tape of live trades', () => {
  it('closes a bar only where all of its trades have come, whatever is lost, doubled or late', () => {
    const step = fc.record({ lost: fc.boolean(), delay: fc.nat(12), twice: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        const all = steps.map((_, i) => tradeOf(i));
        const truth = barsOfTrades({ trades: all, from: START, to: START + steps.length * MINUTE }, '1m');
        const sent = steps
          .flatMap(({ lost, delay, twice }, i) => {
            const times = lost ? [] : twice ? [i + delay, i + delay + 5] : [i + delay];
            return times.map((when) => ({ when, trade: tradeOf(i) }));
          })
          .sort((a, b) => a.when - b.when);
        const tape = emptyTape('1m');
        let next = START + MINUTE;
        for (const { trade } of sent) {
          if (!addTrade(tape, trade) || trade.time < next) continue;
          const over = overBy(trade, '1m');
          if (over <= next) continue;
          const bars = closeBars(tape, next, over);
          // What it says is the truth; where it says nothing the venue is asked.
          if (bars) expect(bars).toEqual(truth.filter((bar) => bar.time >= next && bar.time < over));
          next = over;
          cutTape(tape, over);
        }
      }),
    );
  });

  it('closes every bar behind the first where nothing is lost', () => {
    const tape = emptyTape('1m');
    let [next, closed] = [START, 0];
    for (let i = 1; i < 400; i++) {
      addTrade(tape, tradeOf(i));
      const over = overBy(tradeOf(i), '1m');
      if (over <= next) continue;
      const bars = closeBars(tape, next, over);
      if (next === START) expect(bars).toBeNull();
      else closed += bars?.length ?? 0;
      next = over;
      cutTape(tape, over);
    }
    expect(closed).toBeGreaterThan(95);
    expect(tape.trades.length).toBeLessThan(10);
  });

  it('begins anew where a venue has begun to count anew', () => {
    const tape = emptyTape('1m');
    addTrade(tape, tradeOf(0));
    addTrade(tape, { ...tradeOf(1), id: '900000000' });
    expect(tape.absent.size).toBe(0);
    expect(tape.since).toBe(tradeOf(1).time);
  });
});
