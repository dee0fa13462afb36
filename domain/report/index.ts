import { CONVENTIONS } from '../backtest.js';
import type { Evaluation } from '../evaluation.js';
import type { Prediction } from '../prediction.js';
import type { BacktestReport, ResearchPlan, ResearchReport } from '../research.js';
import { escapeHtml, lineChart, type Line } from './chart.js';
import { STYLE } from './style.js';

export interface ReportParts {
  report: ResearchReport;
  plan: ResearchPlan;
  evaluations: Evaluation[];
  /** Equity by backtest id. */
  curves: { id: string; time: number[]; equity: number[] }[];
}

/** One run as one HTML page that opens from disk: no script, nothing loaded from elsewhere. */
export function renderReport(parts: ReportParts): string {
  const { report, plan } = parts;
  const title = `FinSight: ${plan.streams.join(', ')}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
${header(report, plan)}
<h2>Predictions</h2><div class="cards">${report.predictions.map(predictionCard).join('')}</div>
<h2>Data</h2>${dataTables(report)}
<h2>Forecast skill on the held-out window</h2>${parts.evaluations.map(skillTable).join('')}
<h2>Deployment</h2>${report.deployment.map(deploymentText).join('')}
<h2>Backtests</h2>${backtestTable(report.backtests)}${curveCharts(parts)}
<h3>Conventions</h3><ul>${CONVENTIONS.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>
<h2>How to reproduce</h2>${digests(report)}
</main></body></html>`;
}

function header(report: ResearchReport, plan: ResearchPlan): string {
  const { kind, detail, reason } = report.source;
  return `<h1>${plan.streams.map(escapeHtml).join(' · ')}</h1>
<p><span class="badge">source: ${kind}</span><span class="badge">as of ${report.asOf}</span><span class="badge">window ${date(plan.from)} … ${date(plan.to)}</span></p>
<p class="soft">${escapeHtml(detail)} (${escapeHtml(reason)}). Trainer ${plan.trainer}: ${escapeHtml(plan.trainerReason)}. Horizon ${plan.horizonBars} bar(s) of ${plan.timeframe}. Run <code>${report.runId}</code></p>`;
}

function predictionCard(each: Prediction): string {
  const { lower, upper, coverage } = each.interval;
  return `<div class="card"><span class="soft">${escapeHtml(each.stream)}, ${moment(each.targetTime)}</span><b>${price(each.mean)}</b>
${percent(coverage, 0)} interval ${price(lower)} … ${price(upper)}<br>P(up) ${each.probabilityUp.toFixed(3)}, last close ${price(each.lastClose)}
<p class="soft">${escapeHtml(each.model)}: ${escapeHtml(each.reason)}<br>source ${each.source.kind}, known until ${moment(each.asOf)}<br><code>${each.id}</code></p></div>`;
}

function dataTables(report: ResearchReport): string {
  const bars = report.bars.map((each) => [
    each.stream,
    each.expected,
    each.stored,
    each.missing,
    each.quarantined,
  ]);
  const { news, sentiment } = report;
  const failures = news.failures
    .map((each) => `<li>${escapeHtml(each.feed)}: ${escapeHtml(each.reason)}</li>`)
    .join('');
  return `${table(['stream', 'bars expected', 'new in this run', 'missing', 'quarantined'], bars)}
<p>News: ${news.fetched} items read, ${news.stored} new articles, ${news.duplicates} duplicates, ${news.rejected} rejected. Sentiment: ${sentiment.scored} scored by <code>${escapeHtml(sentiment.model)}</code>, ${sentiment.abstained} abstained.</p>${failures ? `<ul>${failures}</ul>` : ''}`;
}

function skillTable(each: Evaluation): string {
  const rows = [{ ...each, name: each.model }, ...each.baselines].map((row) => [
    row.name,
    row.n,
    number(row.mae),
    percent(row.directionalAccuracy, 2),
    row.wilson95.map((bound) => percent(bound, 1)).join(' … '),
  ]);
  const { conformal, profitAfterCosts: profit, pesaranTimmermann, dieboldMariano } = each;
  return `<h3>${escapeHtml(each.stream)}, ${date(each.from)} … ${date(each.to)}</h3>
${table(['forecaster', 'n', 'mean abs. error', 'direction right', '95 % Wilson interval'], rows)}
<p class="soft">Pesaran–Timmermann p ${number(pesaranTimmermann.pValue)}; Diebold–Mariano against persistence p ${number(dieboldMariano.pValue)}. The ${percent(conformal.coverage, 0)} interval covered ${percent(conformal.measuredCoverage, 1)}. Trading the sign after ${profit.feeBps} bps fees and ${profit.slippageBps} bps slippage a side: ${percent(profit.total, 2)}, buy and hold ${percent(profit.buyAndHold, 2)}.</p>`;
}

const deploymentText = (each: ResearchReport['deployment'][number]): string =>
  `<p><span class="badge ${each.decision === 'promoted' ? 'good' : 'bad'}">${each.decision}</span><code>${escapeHtml(each.model)}@${each.version}</code></p><ul>${each.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`;

function backtestTable(backtests: BacktestReport[]): string {
  const rows = backtests.map(({ metrics, benchmark, ...each }) => [
    `${each.strategy} ${each.stream}`,
    `${date(each.from)} … ${date(each.to)}`,
    percent(metrics.totalReturn, 2),
    percent(benchmark.totalReturn, 2),
    number(metrics.sharpe),
    number(benchmark.sharpe),
    percent(metrics.maxDrawdown, 1),
    metrics.entries,
    `${each.costs.feeBps} + ${each.costs.slippageBps}`,
  ]);
  const names = [
    'strategy',
    'window',
    'return',
    'buy and hold',
    'Sharpe',
    'its Sharpe',
    'max drawdown',
    'entries',
    'fee + slippage bps',
  ];
  return table(names, rows);
}

function curveCharts({ report, curves, plan }: ReportParts): string {
  return plan.streams
    .map((stream) => {
      const lines = report.backtests
        .filter((each) => each.stream === stream)
        .flatMap((each, i): Line[] => {
          const curve = curves.find(({ id }) => id === each.id);
          return curve
            ? [{ label: each.strategy, x: curve.time, y: curve.equity, colour: `c${(i % 4) + 1}` }]
            : [];
        });
      return lines.length > 0 ? `<h3>Equity, ${escapeHtml(stream)}</h3>${lineChart(lines, number)}` : '';
    })
    .join('');
}

function digests(report: ResearchReport): string {
  const rows = [
    ...report.bars.map((each) => [`bars ${each.stream}`, each.digest]),
    ...report.training.map((each) => [`model ${each.model}@${each.version} (ONNX)`, each.onnxSha256]),
    ...report.backtests.map((each) => [`backtest ${each.strategy} ${each.stream}`, each.digest]),
  ].map(([name = '', digest = '']) => `<tr><td>${escapeHtml(name)}</td><td><code>${digest}</code></td></tr>`);
  return `<div class="scroll"><table><tr><th>of</th><th>sha256</th></tr>${rows.join('')}</table></div>`;
}

const table = (names: string[], rows: (string | number)[][]): string =>
  `<div class="scroll"><table><tr>${names.map((name) => `<th>${name}</th>`).join('')}</tr>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`)
    .join('')}</table></div>`;

const date = (time: number): string => new Date(time).toISOString().slice(0, 10);
const moment = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
/** NaN travels through JSON as null: both mean "not defined here". */
const given = (value: number | null | undefined): value is number => value !== null && Number.isFinite(value);
const number = (value: number | null): string =>
  given(value) ? value.toLocaleString('en-US', { maximumSignificantDigits: 5 }) : '–';
const price = (value: number): string =>
  given(value) ? value.toLocaleString('en-US', { maximumSignificantDigits: 7 }) : '–';
const percent = (value: number | null, digits: number): string =>
  given(value) ? `${(100 * value).toFixed(digits)} %` : '–';
