import type { Schemas } from '../api';
import { sourceText } from '../streams';

/** The client reads pairs as lists. */
type Pair = readonly (number | null)[];
export type Skill = Omit<Schemas['SkillFigures'], 'wilson95'> & { wilson95: Pair };
export type Evaluation = Omit<Schemas['Evaluation'], 'wilson95' | 'baselines' | keyof Additions> & {
  wilson95: Pair;
  baselines: Skill[];
} & Additions;

type Figure = number | null;
interface Test {
  statistic: Figure;
  pValue: Figure;
}
/** Skill on a part of the rows. */
export interface Part extends Skill {
  /** Of the rows. */
  share: Figure;
  baselines: Skill[];
}
interface IntervalFigures {
  coverage: Figure;
  measuredCoverage: Figure;
  n: number;
  meanWidth: Figure;
  winkler: Figure;
}
export interface Fold {
  fold: number;
  model: string;
  from: number;
  to: number;
  n: number;
  mae: Figure;
  directionalAccuracy: Figure;
  wilson95: Pair;
  persistenceMae: Figure;
  measuredCoverage: Figure;
  meanWidth: Figure;
  crps: Figure;
  persistenceCrps: Figure;
}
export interface LeakCheck {
  check: string;
  verdict: 'pass' | 'leak' | 'skipped' | 'explained';
  text: string;
  figure: Figure;
  bound: Figure;
  explanation?: string;
}

/** What evaluations from before these were measured do not have. */
interface Additions {
  against?: {
    baseline: string;
    dieboldMariano: Test;
    allRows: Test & { n: number };
    direction: { onlyModel: number; onlyBaseline: number; pValue: Figure } | null;
  }[];
  distribution?: {
    n: number;
    levels: number[];
    from: string;
    pinball: Figure;
    crps: Figure;
    baselines: { name: string; pinball: Figure; crps: Figure }[];
  };
  interval?: IntervalFigures & { method: string; persistence: IntervalFigures };
  calibration?: {
    n: number;
    brier: Figure;
    baselines: { name: string; brier: Figure }[];
    ece: Figure;
    bins: { from: number; to: number; n: number; meanProbability: Figure; shareUp: Figure; wilson95: Pair }[];
  };
  regimes?: (Part & { by: 'volatility' | 'trend' })[];
  byConfidence?: (Part & { from: number; to: number })[];
  traded?: {
    totalReturn: Figure;
    sharpe: Figure;
    maxDrawdown: Figure;
    entries: number;
    costs: { feeBps: number; slippageBps: number };
    buyAndHold: { totalReturn: Figure; sharpe: Figure };
    beforeCosts: { totalReturn: Figure; sharpe: Figure };
  };
  leakAudit?: { passed: boolean; checks: LeakCheck[] };
  folds?: Fold[];
  walkForward?: {
    scheme: string;
    folds: number;
    testBars: number;
    purgeBars: number;
    embargoBars: number;
  };
  seeds?: number[];
}

export type Version = Schemas['ModelVersion'];

/** `<name>@<version>`, as evaluations and predictions name it. */
export const nameOf = ({ name, version }: Pick<Version, 'name' | 'version'>): string => `${name}@${version}`;
export const versionAddress = (name: string): string => `#/models/${encodeURIComponent(name)}`;

/** Mean absolute error against persistence's on the same rows; below 1 is better. */
export function relativeError(of: Evaluation, mae: number | null = of.mae): number | null {
  const persistence = of.baselines.find((each) => each.name === 'persistence')?.mae;
  return mae !== null && persistence ? mae / persistence : null;
}

/** Evaluations of the same rows: only these can be ranked. */
export interface Contest {
  id: string;
  stream: string;
  horizonBars: number;
  source: Schemas['Source'];
  from: number;
  to: number;
  /** Of each version the newest evaluation. */
  evaluations: Evaluation[];
}

/** By stream, horizon, source and held-out window; the newest windows first, as the API lists. */
export function contestsOf(evaluations: Evaluation[]): Contest[] {
  const found = new Map<string, Contest>();
  for (const each of evaluations) {
    const { stream, horizonBars, source, from, to } = each;
    const id = [stream, horizonBars, sourceText(source), from, to].join(' ');
    const contest = found.get(id) ?? { id, stream, horizonBars, source, from, to, evaluations: [] };
    if (!contest.evaluations.some(({ model }) => model === each.model)) contest.evaluations.push(each);
    found.set(id, contest);
  }
  return [...found.values()].toSorted((a, b) => b.to - a.to || (a.stream < b.stream ? -1 : 1));
}

interface Epoch {
  epoch: number;
  trainLoss: number | null;
  validationLoss: number | null;
  seconds: number | null;
}

/** What a version says of its training; models from elsewhere may say nothing. */
export function epochsOf({ training }: Pick<Version, 'training'>): Epoch[] {
  const epochs = training['epochs'];
  return Array.isArray(epochs) ? (epochs as Epoch[]) : [];
}

/** Nested settings as `name.member` and their text. */
export function flattened(value: unknown, prefix = ''): [name: string, text: string][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [[prefix, Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value)]];
  return Object.entries(value).flatMap(([name, member]) =>
    flattened(member, prefix ? `${prefix}.${name}` : name),
  );
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string | number | boolean);
