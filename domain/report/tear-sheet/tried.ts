import type { BacktestResult, RunSpec } from '../../backtest/spec.js';
import { canonicalJson } from '../../digest.js';
import { STRATEGIES } from '../../strategies/index.js';
import { escapeHtml } from '../chart.js';
import { number } from '../format.js';
import { costsText } from './facts.js';
import { parameterTable } from './heat-map.js';
import { heatMapOf } from './parameters.js';

/** A sweep or search of the same strategy on the same bars as a result. */
export interface TriedOnBars {
  kind: 'sweep' | 'search';
  id: string;
  spec: RunSpec;
  /** One column a parameter, and the Sharpe ratios a year in the same order. */
  params: Record<string, ArrayLike<number>>;
  sharpe: ArrayLike<number>;
}

/** Of a result whose strategy has what a map could show; of others there is no section. */
export const hasParameterMap = ({ spec }: BacktestResult): boolean =>
  spec.portfolio === undefined && spec.code === undefined && Object.keys(spec.params).length > 1;

/** Did it try the same with the same costs and sizes? */
export const triedAlike = (result: BacktestResult, spec: RunSpec): boolean =>
  canonicalJson(termsOf(result.spec)) === canonicalJson(termsOf(spec));

const termsOf = ({
  costs,
  cash,
  size,
  closeAtEnd,
  periodsPerYear,
  funding,
  engine,
  exits,
  fillShare,
}: RunSpec) =>
  JSON.parse(
    JSON.stringify({ costs, cash, size, closeAtEnd, periodsPerYear, funding, engine, exits, fillShare }),
  ) as Parameters<typeof canonicalJson>[0];

/** The section of a tear sheet that shows what other parameters would have shown; '' where it has none. */
export function parametersSection(result: BacktestResult, tried: TriedOnBars | null): string {
  if (!hasParameterMap(result)) return '';
  const map =
    tried &&
    heatMapOf({
      ...{ params: tried.params, values: tried.sharpe, figure: 'Sharpe ratio a year' },
      chosen: resolvedOf(result),
    });
  const body = map
    ? `${parameterTable(map)}<p class="soft">${escapeHtml(originOf(result, tried))}</p>`
    : `<p class="empty">${escapeHtml(
        `No stored sweep or search of ${result.strategy} varied two parameters on these bars; after one, this page has its map.`,
      )}</p>`;
  return `<section id="parameters"><h2>Parameters</h2>${body}</section>`;
}

/** With what is told nowhere as it has its default. */
function resolvedOf({ strategy, spec }: BacktestResult): Record<string, number> {
  const known = Object.hasOwn(STRATEGIES, strategy) ? STRATEGIES[strategy]?.params : undefined;
  const standards = Object.entries(known ?? {}).map(([name, rule]) => [name, rule.default]);
  return { ...Object.fromEntries(standards), ...spec.params };
}

function originOf(result: BacktestResult, { kind, id, spec, sharpe }: TriedOnBars): string {
  const many = `From the ${kind} ${id}, ${number(sharpe.length, 9)} combinations on the same bars.`;
  if (triedAlike(result, spec)) return many;
  return `${many} Its costs, sizes or orders were not those of this run: ${costsText(spec.costs)}.`;
}

/** A stored page with the map of what was tried since. */
export const withTried = (html: string, result: BacktestResult, tried: TriedOnBars): string =>
  html.replace(/<section id="parameters">[\s\S]*?<\/section>/, () => parametersSection(result, tried));
