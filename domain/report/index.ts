import type { Evaluation } from '../evaluation.js';
import type { Prediction } from '../prediction.js';
import type { ResearchPlan, ResearchReport } from '../research.js';
import { backtestSection, type Curve } from './backtests.js';
import { escapeHtml } from './chart.js';
import { date, interval, moment, number, percent, price, quoteOf, table } from './format.js';
import { STYLE } from './style.js';

export interface ReportParts {
  report: ResearchReport;
  plan: ResearchPlan;
  evaluations: Evaluation[];
  /** Equity by backtest id. */
  curves: Curve[];
}

/** One run as one HTML page that opens from disk: no script, nothing loaded from elsewhere. */
export function renderReport(parts: ReportParts): string {
  const { report, plan } = parts;
  const title = `FinSight report: ${plan.streams.join(', ')}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
${header(report, plan)}
<section><h2>Predictions</h2><div class="cards">${report.predictions.map(predictionCard).join('')}</div></section>
<section><h2>Forecast skill on the held-out window, beside naive baselines</h2>${parts.evaluations.map(skillTable).join('')}</section>
<section><h2>Deployment</h2>${report.deployment.map(deploymentText).join('')}</section>
<section><h2>Backtests after costs, beside buy and hold</h2>${backtestSection(report, parts.curves)}</section>
<section><h2>Data</h2>${dataTables(report)}</section>
<section><h2>How to reproduce</h2>${digests(report, plan)}</section>
</main></body></html>`;
}

function header(report: ResearchReport, plan: ResearchPlan): string {
  const { kind, detail, reason } = report.source;
  const facts = [
    ['Source', `${kind}${detail ? `: ${detail}` : ''} (${reason})`],
    ['As of', moment(plan.asOf)],
    ['Window', `${date(plan.from)} … ${date(plan.to)}`],
    ['Horizon', `${plan.horizonBars} bar(s) of ${plan.timeframe}`],
    ['Costs', `${plan.feeBps} bps fee + ${plan.slippageBps} bps slippage a side`],
    ['Trainer', `${plan.trainer}: ${plan.trainerReason}`],
    ['Run', report.runId],
  ];
  return `<header><h1>${plan.streams.map(escapeHtml).join(' · ')}</h1>
<p><span class="badge ${kind}">${kind}</span> <span class="soft">as of ${moment(plan.asOf)}</span></p>
<dl>${facts.map(([name = '', text = '']) => `<div><dt>${name}</dt><dd>${escapeHtml(text)}</dd></div>`).join('')}</dl></header>`;
}

function predictionCard(each: Prediction): string {
  const { lower, upper, coverage } = each.interval;
  const rows = [
    [`${percent(coverage, 0)} interval`, `${price(lower)} … ${price(upper)}`],
    ['P(up)', each.probabilityUp.toFixed(3)],
    ['Last close', price(each.lastClose)],
    ['Target', moment(each.targetTime)],
    ['Forecaster', each.model],
  ];
  return `<div class="card"><h3>${escapeHtml(each.stream)}</h3><span class="badge ${each.source.kind}">${each.source.kind}</span> <span class="soft">as of ${moment(each.asOf)}</span>
<b class="big">${price(each.mean)} <small>${quoteOf(each.stream)}</small></b>${intervalBar(each)}
<dl class="pairs">${rows.map(([name = '', text = '']) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join('')}</dl>
<p class="soft">${escapeHtml(each.reason)}. <code>${each.id}</code></p></div>`;
}

/** The interval as a bar: the forecast as a line, the last close as a dotted one. */
function intervalBar({ mean, lastClose, interval: { lower, upper } }: Prediction): string {
  const low = Math.min(lower, mean, lastClose);
  const high = Math.max(upper, mean, lastClose);
  if (!(high > low)) return '';
  const at = (value: number): string => ((100 * (value - low)) / (high - low)).toFixed(2);
  const band = `<rect class="band" x="${at(lower)}%" width="${(Number(at(upper)) - Number(at(lower))).toFixed(2)}%" y="4" height="6"/>`;
  const mark = (name: string, x: string): string =>
    `<line class="${name}" x1="${x}%" x2="${x}%" y1="0" y2="14"/>`;
  return `<svg class="bar" height="14" role="img" aria-label="Interval with forecast and last close">${band}${mark('mean', at(mean))}${mark('close', at(lastClose))}</svg>`;
}

function dataTables(report: ResearchReport): string {
  const bars = report.bars.map((each) => [
    { name: each.stream, under: report.source.kind },
    number(each.expected, 9),
    number(each.stored, 9),
    number(each.missing, 9),
    number(each.quarantined, 9),
  ]);
  const { news, sentiment } = report;
  const failures = news.failures
    .map((each) => `<li>${escapeHtml(each.feed)}: ${escapeHtml(each.reason)}</li>`)
    .join('');
  const names = ['stream', 'bars expected', 'new in this run', 'missing', 'quarantined'];
  const [fetched, stored, scored] = [news.fetched, news.stored, sentiment.scored].map((each) =>
    number(each, 9),
  );
  return `${table('Bars by stream', names, bars)}
<p>News: ${fetched} items read, ${stored} new articles, ${news.changed ?? 0} changed, ${news.duplicates} duplicates, ${news.rejected} rejected. Sentiment: ${scored} scored by <code>${escapeHtml(sentiment.model)}</code>, ${sentiment.abstained} abstained.</p>${failures ? `<ul>${failures}</ul>` : ''}`;
}

function skillTable(each: Evaluation): string {
  const rows = [{ ...each, name: each.model }, ...each.baselines].map((row) => [
    row.name,
    percent(row.directionalAccuracy, 2),
    interval(row.wilson95, 1),
    number(row.mae),
    number(row.n, 9),
  ]);
  const { conformal, profitAfterCosts: profit, pesaranTimmermann, dieboldMariano } = each;
  const title = `${each.stream}, ${date(each.from)} … ${date(each.to)}`;
  const error = `mean abs. error, ${quoteOf(each.stream)}`;
  const names = ['forecaster', 'direction right', '95 % Wilson interval', error, 'n'];
  return `<h3>${escapeHtml(title)} <span class="badge ${each.source.kind}">${each.source.kind}</span></h3>
${table(title, names, rows)}
<p class="soft">Pesaran–Timmermann p ${number(pesaranTimmermann.pValue, 3)}; Diebold–Mariano against persistence p ${number(dieboldMariano.pValue, 3)}. The ${percent(conformal.coverage, 0)} interval covered ${percent(conformal.measuredCoverage, 1)}. Trading the sign after ${profit.feeBps} bps fees and ${profit.slippageBps} bps slippage a side: ${percent(profit.total, 2)}, buy and hold ${percent(profit.buyAndHold, 2)}.</p>`;
}

const deploymentText = (each: ResearchReport['deployment'][number]): string =>
  `<p><span class="badge ${each.decision}">${each.decision}</span> <code>${escapeHtml(each.model)}@${escapeHtml(each.version)}</code></p><ul>${each.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`;

function digests(report: ResearchReport, plan: ResearchPlan): string {
  const rows = [
    ...report.bars.map((each) => [`bars ${each.stream}`, each.digest]),
    ...report.training.map((each) => [`dataset of ${each.model}@${each.version}`, each.dataset]),
    ...report.training.map((each) => [`model ${each.model}@${each.version} (ONNX)`, each.onnxSha256]),
    ...report.backtests.map((each) => [`backtest ${each.strategy} ${each.stream}`, each.digest]),
  ].map(
    ([name = '', digest = '']) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td><code>${escapeHtml(digest)}</code></td></tr>`,
  );
  const command = commandOf(plan);
  return `<p>The same window again, with the same digests of bars and rule strategies:</p><pre>${escapeHtml(command)}</pre>
<div class="scroll digests" role="region" aria-label="Digests" tabindex="0"><table><thead><tr><th scope="col">of</th><th scope="col">sha256 or id</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** The same job on the same window, whatever the source has learned since. */
function commandOf(plan: ResearchPlan): string {
  const parts = plan.streams.map((stream) => stream.split('/'));
  const exchanges = new Set(parts.map(([exchange]) => exchange));
  const { kind, detail } = plan.source;
  const options: [string, string | number][] = [
    ['source', detail ? `${kind}:${detail}` : kind],
    ['symbols', parts.map(([, symbol = '']) => symbol.replace('-', '/')).join(',')],
    ['timeframe', plan.timeframe],
    ...(exchanges.size === 1 ? [['exchange', [...exchanges][0] ?? ''] as [string, string]] : []),
    ['from', new Date(plan.from).toISOString()],
    ['to', new Date(plan.to).toISOString()],
    ['horizon-bars', plan.horizonBars],
    ['fee-bps', plan.feeBps],
    ['slippage-bps', plan.slippageBps],
    ['seed', plan.seed],
    ['trainer', plan.trainer],
  ];
  return `npm start -- ${options.map(([name, value]) => `--${name} ${quoted(String(value))}`).join(' ')} --exit`;
}

/** For a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
