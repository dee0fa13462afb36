/** What is known of a result; what was not computed is absent. Sharpe ratios are a period's. */
export interface Evidence {
  sharpe: number;
  /** Returns it was taken from. */
  n: number;
  /** How many different things were tried on this window, this one included. */
  trials: number;
  /** Deflated by that number. */
  deflatedSharpe: number;
  /** Of overfitting, where several strategies were compared. */
  pbo?: number;
  /** p of the test for superior predictive ability. */
  spa?: number;
  /** Bootstrap interval of the Sharpe ratio. */
  interval?: readonly [number, number];
  /** Returns needed to believe in a Sharpe ratio above 0. */
  minimumTrackRecord?: number;
}

export type Finding = 'no result' | 'no edge' | 'luck' | 'doubtful' | 'edge';

export interface Verdict {
  finding: Finding;
  /** One plain sentence. */
  sentence: string;
  /** What speaks against the result, in the order of weight. */
  against: string[];
}

/** The deflated Sharpe ratio below which a result passes for luck, and above which for more than that. */
const LUCK = 0.9;
const EDGE = 0.95;
const P_VALUE = 0.05;
const PBO = 0.5;

/**
 * Says in a sentence what the evidence comes to. `edge` needs every test that was made to agree; a deflated Sharpe ratio
 * below 0.9 or a test that finds the best of many no better than chance is `luck`; between them lies `doubtful`.
 */
export function verdictOf(evidence: Evidence): Verdict {
  const { sharpe, n, deflatedSharpe } = evidence;
  if (!Number.isFinite(sharpe) || !Number.isFinite(deflatedSharpe) || n < 2)
    return { finding: 'no result', sentence: 'nothing to judge: the returns never vary.', against: [] };
  if (sharpe <= 0)
    return { finding: 'no edge', sentence: 'no edge: the mean return is not above 0.', against: [] };
  const against = objections(evidence);
  const isLuck = deflatedSharpe < LUCK || (evidence.spa ?? 0) > 2 * P_VALUE || (evidence.pbo ?? 0) > PBO;
  if (isLuck)
    return {
      finding: 'luck',
      sentence: `not distinguishable from luck: ${against.join('; ')}.`,
      against,
    };
  if (against.length > 0)
    return { finding: 'doubtful', sentence: `doubtful: ${against.join('; ')}.`, against };
  return { finding: 'edge', sentence: `more than luck: ${support(evidence).join('; ')}.`, against };
}

function objections({ trials, deflatedSharpe, ...evidence }: Evidence): string[] {
  const against: string[] = [];
  if (!(deflatedSharpe >= EDGE))
    against.push(
      trials > 1
        ? `after ${trials} trials the Sharpe ratio is above that of the luckiest one with probability ${percent(deflatedSharpe)} only`
        : `the Sharpe ratio is above 0 with probability ${percent(deflatedSharpe)} only`,
    );
  if ((evidence.spa ?? 0) > P_VALUE)
    against.push(`the best of so many is as good by chance with p = ${evidence.spa?.toFixed(2)}`);
  if ((evidence.pbo ?? 0) > PBO)
    against.push(
      `what is best in one half is below the median in the other with probability ${percent(evidence.pbo ?? NaN)}`,
    );
  if (evidence.interval && !(evidence.interval[0] > 0))
    against.push('the bootstrap interval of the Sharpe ratio includes 0');
  if ((evidence.minimumTrackRecord ?? 0) > evidence.n) against.push(tooShort(evidence));
  return against;
}

function tooShort({ minimumTrackRecord = NaN, n }: { minimumTrackRecord?: number; n: number }): string {
  const needed = Number.isFinite(minimumTrackRecord) ? Math.ceil(minimumTrackRecord) : 'endlessly many';
  return `${n} returns are a shorter record than the ${needed} needed`;
}

function support({ trials, deflatedSharpe, spa, pbo }: Evidence): string[] {
  const among =
    trials > 1
      ? `after ${trials} trials the Sharpe ratio is above that of the luckiest one`
      : 'the Sharpe ratio is above 0';
  const words = [`${among} with probability ${percent(deflatedSharpe)}`];
  if (spa !== undefined) words.push(`the best of so many is as good by chance with p = ${spa.toFixed(3)}`);
  if (pbo !== undefined) words.push(`overfitting has probability ${percent(pbo)}`);
  return words;
}

/** Never rounded up to certainty. */
const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`;
