import { chance, change, fixed, number, percent, quoteOf, range, whole } from '../format';
import { relativeError, type Evaluation } from '../models/kinds';

/** Champion and candidate on the same rows; either may not have been held to them. */
export type Sides = [Evaluation | undefined, Evaluation | undefined];
/** What a failed audit says; it has to catch the eye. */
export const LEAK = 'a leak was found';
type Show = (of: Evaluation) => string;

/** A row: its name, both versions, and what the naive baselines have on the same rows. */
export function skillRows(sides: Sides): string[][] {
  const any = sides[1] ?? sides[0];
  if (!any) return [];
  const row = (name: string, show: Show, baseline = ''): string[] => [
    name,
    ...sides.map((each) => (each ? show(each) : '–')),
    baseline,
  ];
  return [
    row('forecasts', (of) => whole(of.n)),
    row('error × persistence', (of) => fixed(relativeError(of), 4), 'persistence 1'),
    row(
      `mean abs. error, ${quoteOf(any.stream)}`,
      (of) => number(of.mae),
      `persistence ${number(persistenceOf(any)?.mae)}`,
    ),
    row('direction right', (of) => percent(of.directionalAccuracy, 2), bestDirection(any)),
    row('95 % Wilson interval', (of) => range(of.wilson95, percent)),
    row('Pesaran–Timmermann p', (of) => chance(of.pesaranTimmermann.pValue)),
    row('Diebold–Mariano p', (of) => chance(of.dieboldMariano.pValue), 'against persistence'),
    row('CRPS', (of) => fixed(of.distribution?.crps, 4), crpsText(any)),
    row(
      'interval held',
      heldText,
      any.interval ? `persistence ${percent(any.interval.persistence.measuredCoverage)}` : '',
    ),
    row('Brier score of P(up)', (of) => fixed(of.calibration?.brier, 4), brierText(any)),
    row('calibration error', (of) => fixed(of.calibration?.ece, 3)),
    row(
      'trading the sign, after costs',
      (of) => change(of.profitAfterCosts.total),
      `holding ${change(any.profitAfterCosts.buyAndHold)}`,
    ),
    row('leak audit', auditText),
  ];
}

const persistenceOf = ({ baselines }: Evaluation) => baselines.find(({ name }) => name === 'persistence');

/** The best in hindsight; persistence claims no direction. */
function bestDirection({ baselines }: Evaluation): string {
  const best = baselines
    .filter((each) => each.directionalAccuracy !== null)
    .toSorted((a, b) => (b.directionalAccuracy ?? 0) - (a.directionalAccuracy ?? 0))[0];
  return best ? `${best.name} ${percent(best.directionalAccuracy, 2)}` : '';
}

const crpsText = ({ distribution }: Evaluation): string => {
  const naive = distribution?.baselines.find(({ name }) => name === 'persistence');
  return naive ? `persistence ${fixed(naive.crps, 4)}` : '';
};

const brierText = ({ calibration }: Evaluation): string =>
  (calibration?.baselines ?? []).map(({ name, brier }) => `${name} ${fixed(brier, 4)}`).join(', ');

const heldText: Show = ({ interval, conformal }) => {
  const { measuredCoverage, coverage } = interval ?? conformal;
  return `${percent(measuredCoverage)} of ${percent(coverage, 0)}`;
};

const auditText: Show = ({ leakAudit }) => (leakAudit ? (leakAudit.passed ? 'passed' : LEAK) : 'not audited');
