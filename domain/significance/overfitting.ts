import { InvalidInputError } from '../errors.js';
import { indexOfLargest } from '../statistics.js';
import { checkReturns } from './resampling.js';

export interface OverfittingResult {
  /** Share of splits in which the best strategy in sample is at most the median out of sample. */
  pbo: number;
  splits: number;
  /** ln(ω / (1 − ω)) of the out-of-sample rank of each split's best, ω = rank / (strategies + 1). */
  logits: Float64Array;
  meanLogit: number;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and
 * Zhu 2017): the periods are cut into `blocks` parts of one length, the last periods that fill no part are left out, and
 * each half of the parts selects the strategy of the best Sharpe ratio that the other half then ranks.
 * @param returns periods × strategies, row by row. @throws InvalidInputError where they cannot be split.
 */
export function overfittingProbability(
  returns: Float64Array,
  strategies: number,
  blocks = 16,
): OverfittingResult {
  const rows = returns.length / strategies;
  const length = Math.floor(rows / blocks);
  if (strategies < 2)
    throw new InvalidInputError(`Overfitting needs at least 2 strategies, not ${strategies}`);
  if (blocks < 2 || blocks > 20 || blocks % 2 === 1)
    throw new InvalidInputError(`${blocks} blocks are no even number from 2 to 20`);
  if (length < 2)
    throw new InvalidInputError(`${rows} periods are too few for ${blocks} blocks of at least 2`);
  checkReturns(returns, strategies);
  const parts = Array.from({ length: blocks }, (_, block) =>
    blockSums(returns, strategies, { block, length }),
  );
  const all = addParts(parts, strategies);
  const logits: number[] = [];
  for (const half of halves(blocks)) {
    const inside = addParts(
      half.map((block) => parts[block] as BlockSums),
      strategies,
    );
    const outside = subtract(all, inside);
    const count = (length * blocks) / 2;
    const [selected, ranking] = [sharpes(inside, count), sharpes(outside, count)];
    const share = rankOf(ranking, indexOfLargest(selected)) / (strategies + 1);
    logits.push(Math.log(share / (1 - share)));
  }
  return {
    pbo: logits.filter((each) => each <= 0).length / logits.length,
    splits: logits.length,
    logits: Float64Array.from(logits),
    meanLogit: logits.reduce((sum, each) => sum + each, 0) / logits.length,
  };
}

interface BlockSums {
  first: Float64Array;
  second: Float64Array;
}

function blockSums(
  returns: Float64Array,
  strategies: number,
  { block, length }: { block: number; length: number },
): BlockSums {
  const sums = { first: new Float64Array(strategies), second: new Float64Array(strategies) };
  for (let row = block * length; row < (block + 1) * length; row++)
    for (let k = 0; k < strategies; k++) {
      const each = returns[row * strategies + k] ?? NaN;
      sums.first[k]! += each;
      sums.second[k]! += each * each;
    }
  return sums;
}

function addParts(parts: BlockSums[], strategies: number): BlockSums {
  const sums = { first: new Float64Array(strategies), second: new Float64Array(strategies) };
  for (const { first, second } of parts)
    for (let k = 0; k < strategies; k++) {
      sums.first[k]! += first[k] ?? NaN;
      sums.second[k]! += second[k] ?? NaN;
    }
  return sums;
}

const subtract = (all: BlockSums, part: BlockSums): BlockSums => ({
  first: all.first.map((each, k) => each - (part.first[k] ?? NaN)),
  second: all.second.map((each, k) => each - (part.second[k] ?? NaN)),
});

/** Mean over deviation (ddof 1); 0 for a strategy that did nothing. */
function sharpes({ first, second }: BlockSums, n: number): Float64Array {
  return first.map((sum, k) => {
    const squares = second[k] ?? NaN;
    const variance = (squares - (sum * sum) / n) / (n - 1);
    if (variance > 1e-14 * (squares / n)) return sum / n / Math.sqrt(variance);
    return sum === 0 || squares === 0 ? 0 : Math.sign(sum) * Infinity;
  });
}

/** 1 is the worst; equals share the mean of their ranks. */
function rankOf(values: Float64Array, index: number): number {
  const own = values[index] ?? NaN;
  let [below, same] = [0, 0];
  for (const each of values) {
    if (each < own) below++;
    else if (each === own) same++;
  }
  return below + (same + 1) / 2;
}

/** Every half of the blocks, in lexicographic order. */
function* halves(blocks: number): Generator<number[]> {
  const size = blocks / 2;
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield chosen;
    let place = size - 1;
    while (place >= 0 && chosen[place] === blocks - size + place) place--;
    if (place < 0) return;
    chosen[place]!++;
    for (let i = place + 1; i < size; i++) chosen[i] = (chosen[i - 1] ?? 0) + 1;
  }
}
