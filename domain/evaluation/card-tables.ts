import type { Evaluation } from '../evaluation.js';
import type { CardTable } from './card.js';

export const number = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : value.toPrecision(digits);
const percent = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : `${(100 * value).toFixed(2)} %`;
export const instant = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
export const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
export const table = (caption: string, head: string[], rows: string[][]): CardTable => ({
  caption,
  head,
  rows,
});

/** All that a card shows of one evaluation. */
export const evaluationTables = (of: Evaluation): CardTable[] => [
  skillTable(of),
  ...testTable(of),
  ...intervalTable(of),
  ...partTable(of),
  ...foldTable(of),
  ...profitTable(of),
  ...auditTable(of),
];

function skillTable(of: Evaluation): CardTable {
  const scores = (name: string) => of.distribution?.baselines.find((each) => each.name === name);
  const own = { ...of, name: of.model };
  const rows = [own, ...of.baselines].map((each) => {
    const score = each === own ? of.distribution : scores(each.name);
    return [
      each.name,
      number(each.mae, 5),
      percent(each.directionalAccuracy),
      `${percent(each.wilson95[0])} … ${percent(each.wilson95[1])}`,
      number(score?.pinball),
      number(score?.crps),
    ];
  });
  return table(
    'Skill beside the baselines',
    ['', 'mean absolute error', 'direction right', 'Wilson 95 %', 'pinball', 'CRPS'],
    rows,
  );
}

function testTable({ against, pesaranTimmermann: own }: Evaluation): CardTable[] {
  if (!against) return [];
  const rows = against.map((each) => [
    each.baseline,
    number(each.dieboldMariano.statistic, 3),
    number(each.dieboldMariano.pValue, 3),
    each.direction ? `${each.direction.onlyModel} : ${each.direction.onlyBaseline}` : '–',
    number(each.direction?.pValue, 3),
  ]);
  const caption = `Tests against them (Pesaran–Timmermann of its direction: ${number(own.statistic, 3)}, p ${number(own.pValue, 3)})`;
  const head = ['baseline', 'Diebold–Mariano', 'p', 'only one right, model : baseline', 'McNemar p'];
  return [table(caption, head, rows)];
}

function intervalTable({ interval, calibration, conformal }: Evaluation): CardTable[] {
  const rows: string[][] = [
    [
      'Fixed conformal interval',
      `aims at ${percent(conformal.coverage)}, held ${percent(conformal.measuredCoverage)}`,
    ],
  ];
  if (interval)
    rows.unshift(
      [
        'Adaptive conformal interval',
        `aims at ${percent(interval.coverage)}, held ${percent(interval.measuredCoverage)} of ${interval.n}, mean width ${number(interval.meanWidth)}, interval score ${number(interval.winkler)}`,
      ],
      [
        'The same around persistence',
        `held ${percent(interval.persistence.measuredCoverage)}, mean width ${number(interval.persistence.meanWidth)}, interval score ${number(interval.persistence.winkler)}`,
      ],
    );
  if (calibration)
    rows.push([
      'P(up)',
      `Brier ${number(calibration.brier)} against ${calibration.baselines.map(({ name, brier }) => `${number(brier)} (${name})`).join(', ')}; expected calibration error ${number(calibration.ece, 3)}`,
    ]);
  return [table('Intervals and probabilities', ['', ''], rows)];
}

function partTable({ regimes, byConfidence }: Evaluation): CardTable[] {
  const parts = [
    ...(regimes ?? []).map((each) => ({ ...each, label: `${each.by}: ${each.name}` })),
    ...(byConfidence ?? []).map((each) => ({ ...each, label: `|P(up) − ½| ${each.name}` })),
  ];
  if (parts.length === 0) return [];
  const rows = parts.map((each) => {
    const rival = each.baselines
      .filter(({ directionalAccuracy }) => Number.isFinite(directionalAccuracy))
      .toSorted((a, b) => b.directionalAccuracy - a.directionalAccuracy)[0];
    return [
      each.label,
      String(each.n),
      percent(each.directionalAccuracy),
      `${percent(each.wilson95[0])} … ${percent(each.wilson95[1])}`,
      rival ? `${rival.name} ${percent(rival.directionalAccuracy)}` : '–',
    ];
  });
  return [
    table('Skill by part', ['part', 'n', 'direction right', 'Wilson 95 %', 'best baseline there'], rows),
  ];
}

function foldTable({ folds }: Evaluation): CardTable[] {
  if (!folds) return [];
  const rows = folds.map((each) => [
    String(each.fold),
    `${instant(each.from)} … ${instant(each.to)}`,
    String(each.n),
    percent(each.directionalAccuracy),
    number(each.mae / each.persistenceMae, 5),
    percent(each.measuredCoverage),
    number(each.crps),
  ]);
  const head = ['fold', 'window', 'n', 'direction right', 'error ÷ persistence', 'coverage', 'CRPS'];
  return [table('Folds', head, rows)];
}

function profitTable({ traded }: Evaluation): CardTable[] {
  if (!traded) return [];
  const { feeBps, slippageBps } = traded.costs;
  const rows = [
    ['Forecasts after costs', traded] as const,
    ['Forecasts before costs', traded.beforeCosts] as const,
    ['Buy and hold after costs', traded.buyAndHold] as const,
  ].map(([name, each]) => [
    name,
    percent(each.totalReturn),
    number(each.sharpe, 3),
    percent(each.maxDrawdown),
    String(each.entries),
  ]);
  return [
    table(
      `Traded through the backtest engine (next-open fills, fee ${feeBps} and slippage ${slippageBps} basis points a side)`,
      ['', 'return', 'Sharpe', 'drawdown', 'entries'],
      rows,
    ),
  ];
}

function auditTable({ leakAudit }: Evaluation): CardTable[] {
  if (!leakAudit) return [];
  const rows = leakAudit.checks.map(({ check, verdict, text, explanation }) => [
    check,
    verdict,
    explanation ? `${text}. Explained: ${explanation}` : text,
  ]);
  return [table(`Leak audit: ${leakAudit.passed ? 'passed' : 'failed'}`, ['check', 'verdict', ''], rows)];
}
