import { z } from 'zod';
import type { Ports } from '../adapters/ports.js';
import type { DriftReport } from '../domain/drift/report.js';
import { NotFoundError } from '../domain/errors.js';
import type { Metric } from '../domain/exposition.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, figure, instant, pageOf, source, streamText } from './schemas.js';

const VERDICTS = ['unknown', 'stable', 'watch', 'drift'] as const;

const input = z.object({
  name: z.string(),
  psi: figure.describe('Population stability index against the training part'),
  distance: figure.describe('Kolmogorov–Smirnov'),
  pValue: figure,
  qValue: figure.describe('p among all inputs (Benjamini–Hochberg)'),
  effect: figure.describe('Values that are worth one independent one'),
  referenceMean: figure,
  recentMean: figure,
});
const residuals = z.object({
  n: z.int(),
  referenceN: z.int(),
  meanShift: figure.describe("In deviations of the evaluation's residuals"),
  meanP: figure,
  scaleRatio: figure,
  scaleP: figure,
  effects: z.object({ mean: figure, scale: figure }),
  turn: z.int(),
  since: instant.nullable().describe('When the errors likely moved'),
});
const calibration = z.object({
  n: z.int(),
  coverage: figure,
  promised: figure,
  coverageP: figure,
  brier: figure,
  referenceBrier: figure,
  brierP: figure.describe('One-sided: worse than in the evaluation'),
  effect: figure,
});

const driftReport = answer(
  'DriftReport',
  z.object({
    id: z.string().meta({ examples: ['drf_0123456789abcdef01234567'] }),
    stream: streamText,
    model: z.string().describe('<name>@<version>'),
    dataset: z.string(),
    evaluation: z.string(),
    horizonBars: z.int(),
    asOf: instant.describe('Close of the last bar that was looked at'),
    window: z.object({
      from: instant.nullable(),
      to: instant.nullable(),
      rows: z.int(),
      trainingRows: z.int(),
    }),
    settled: z.object({ from: instant, to: instant, n: z.int() }).nullable(),
    verdict: z.enum(VERDICTS).describe('unknown: too little to say; watch: certain, but not large'),
    findings: z.array(
      z.object({
        family: z.enum(['inputs', 'residuals', 'calibration']),
        verdict: z.enum(VERDICTS),
        reasons: z.array(z.string()),
      }),
    ),
    inputs: z.array(input).nullable(),
    residuals: residuals.nullable(),
    calibration: calibration.nullable(),
    level: figure.describe('False alarms per look'),
    read: z
      .object({ from: instant, to: instant, asOf: instant, sentimentModel: z.string() })
      .describe('Bars that open in [from, to), and scores, as known at asOf'),
    digests: z.record(z.string(), z.string()),
    episode: z
      .object({ id: z.string(), since: instant, reports: z.int(), calm: z.int() })
      .nullable()
      .describe('The drift that goes on; told of once'),
    createdAt: instant,
    source,
    sourceKey: z.string().describe('live, recorded or simulated-<seed>'),
  }),
);

const listDriftReports = route({
  id: 'listDriftReports',
  method: 'get',
  path: '/drift',
  group: 'models',
  summary: 'What looks for drift found, latest bars first',
  role: 'viewer',
  query: {
    stream: text('Only of this stream', 'binance/BTC-USDT/1h'),
    model: text('<name>@<version>'),
    verdict: choice(VERDICTS, 'Only these'),
    from: time('Looked at bars up to then or later'),
    to: time('Looked at bars before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of reports', schema: pageOf('DriftReportPage', driftReport) } },
  async handle({ query, context }) {
    const { stream, model, verdict } = query;
    const where = {
      ...(stream ? { stream } : {}),
      ...(model ? { model } : {}),
      ...(verdict ? { verdict } : {}),
    };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<DriftReport>('driftReports', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const getDriftReport = route({
  id: 'getDriftReport',
  method: 'get',
  path: '/drift/{id}',
  group: 'models',
  summary: 'One report of a look for drift',
  role: 'viewer',
  params: { id: segment('Report id', 'drf_0123456789abcdef01234567') },
  answers: { 200: { description: 'The report', schema: driftReport } },
  example: { params: { id: 'drf_example' } },
  async handle({ params, context }) {
    const found = await context.ports.documents.get<DriftReport>('driftReports', params.id);
    if (!found) throw new NotFoundError(`No drift report "${params.id}"; ids are drf_ and 24 hex digits`);
    return { body: found };
  },
});

/** The latest report of each stream and model, for Prometheus. */
export async function driftMetrics(ports: Ports): Promise<Metric[]> {
  const { items } = await ports.documents.find<DriftReport>('driftReports', { limit: 1000 });
  const latest = new Map<string, DriftReport>();
  for (const report of items) {
    const key = `${report.stream} ${report.model} ${report.sourceKey}`;
    if (!latest.has(key)) latest.set(key, report);
  }
  const each = (value: (report: DriftReport) => number): Metric['samples'] =>
    [...latest.values()].map((report) => ({
      labels: { stream: report.stream, model: report.model, source: report.sourceKey },
      value: value(report),
    }));
  return [
    {
      name: 'finsight_drift_verdict',
      help: 'Latest verdict on a champion: 0 unknown, 1 stable, 2 watch, 3 drift.',
      samples: each(({ verdict }) => VERDICTS.indexOf(verdict)),
    },
    {
      name: 'finsight_drift_largest_psi',
      help: 'Largest population stability index of an input in the latest report.',
      samples: each(({ inputs }) => Math.max(0, ...(inputs ?? []).map(({ psi }) => psi))),
    },
    {
      name: 'finsight_drift_report_time_seconds',
      help: 'Close of the last bar that the latest report looked at.',
      samples: each(({ asOf }) => asOf / 1000),
    },
  ];
}

export const driftRoutes = [listDriftReports, getDriftReport];
