import type { Ports } from '../adapters/ports.js';
import type { Dataset } from '../domain/dataset.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import { cardHtml, cardMarkdown } from '../domain/evaluation/card.js';
import { compareEvaluations, type ComparedRows } from '../domain/evaluation/comparison.js';
import { rowsOfColumns } from '../domain/evaluation/evaluated.js';
import type { ModelVersion } from '../domain/models.js';
import { parseStream, timeframeMs } from '../domain/streams.js';
import { evaluation, evaluationComparison } from './evaluation-schemas.js';
import { sendPage } from './pages.js';
import { choice, segment, text } from './query.js';
import { route } from './route.js';

type Stored = Evaluation & { sourceKey?: string };

const id = segment('Evaluation id', 'evl_0123456789abcdef01234567');

/** A key of the store is no part of an evaluation. */
const shown = ({ sourceKey: _, ...rest }: Stored): Evaluation => rest;

const getEvaluation = route({
  id: 'getEvaluation',
  method: 'get',
  path: '/evaluations/{id}',
  group: 'models',
  summary: 'One evaluation with its baselines, scores, parts and leak audit',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The evaluation', schema: evaluation } },
  example: { params: { id: 'evl_example' } },
  async handle({ params, context }) {
    return { body: shown(await find(context.ports, params.id)) };
  },
});

const compareTwo = route({
  id: 'compareEvaluations',
  method: 'get',
  path: '/evaluations/{id}/against/{other}',
  group: 'models',
  summary: 'Two evaluations, or the newest ones of two model versions, paired on the rows that both have',
  role: 'viewer',
  params: {
    id: segment('evl_… or <name>@<version>', 'evl_0123456789abcdef01234567'),
    other: segment('The same of the other one', 'evl_0123456789abcdef01234567'),
  },
  query: { stream: text('Of model versions: the stream to compare them on', 'binance/BTC-USDT/1h') },
  answers: { 200: { description: 'The comparison', schema: evaluationComparison } },
  example: { params: { id: 'evl_compared', other: 'evl_compared' } },
  async handle({ params, query, context }) {
    const { ports } = context;
    const first = await find(ports, params.id, query.stream);
    const second = await find(ports, params.other, query.stream ?? first.stream);
    if (first.stream !== second.stream || first.horizonBars !== second.horizonBars)
      throw new InvalidInputError(
        `${first.id} is of ${first.stream} ${first.horizonBars} bars ahead, ${second.id} of ${second.stream} ${second.horizonBars} bars ahead; compare evaluations of one stream and horizon`,
      );
    const { stream, horizonBars } = first;
    const step = timeframeMs(parseStream(stream).timeframe);
    const [a, b] = [await rowsOf(ports, first), await rowsOf(ports, second)];
    return { body: compareEvaluations({ a, b, stream, horizonBars, timeframeMs: step }) };
  },
});

/** By its id, or the newest one of a model version. @throws NotFoundError */
async function find(ports: Ports, named: string, stream?: string): Promise<Stored> {
  if (!named.includes('@')) {
    const found = await ports.documents.get<Stored>('evaluations', named);
    if (found) return found;
    throw new NotFoundError(`No evaluation "${named}"; ids are evl_…, see GET /api/v1/evaluations`);
  }
  const model = named.replace(/^mdl_/, '');
  const where = { model, ...(stream ? { stream } : {}) };
  const { items } = await ports.documents.find<Stored>('evaluations', { where, order: 'newest', limit: 1 });
  if (items[0]) return items[0];
  throw new NotFoundError(`No evaluation of ${model}${stream ? ` on ${stream}` : ''}; evaluate it first`);
}

async function rowsOf(ports: Ports, of: Stored): Promise<ComparedRows> {
  if (!of.rows)
    throw new InvalidInputError(
      `${of.id} is from before the rows of evaluations were kept; evaluate ${of.model} again`,
    );
  const bytes = await ports.objects.get(of.rows.key, of.rows.sha256);
  return { evaluation: of.id, model: of.model, rows: rowsOfColumns(await ports.tables.decode(bytes)) };
}

const MOST = 200;

const getModelCard = route({
  id: 'getModelCard',
  method: 'get',
  path: '/models/{id}/card',
  group: 'models',
  summary: 'The model card: data, split, seeds, figures beside baselines, leak audit, environment, limits',
  role: 'viewer',
  params: { id: segment('mdl_<name>@<version>', 'mdl_ridge-1h-h1@0123456789ab') },
  query: { format: choice(['md', 'html'], 'Markdown where left out') },
  answers: { 200: { description: 'The card', mediaType: 'text/markdown' } },
  example: { params: { id: 'mdl_example@1' } },
  async handle({ params, query, context, res }) {
    const { documents } = context.ports;
    const model = await documents.get<ModelVersion>('models', params.id);
    if (!model) throw new NotFoundError(`No model "${params.id}"; ids are mdl_<name>@<version>`);
    const dataset = model.dataset ? await documents.get<Dataset>('datasets', model.dataset) : null;
    const where = { model: `${model.name}@${model.version}` };
    const page = { where, order: 'newest' as const, limit: MOST };
    const { items } = await documents.find<Evaluation>('evaluations', page);
    const input = { model, dataset, evaluations: items };
    if (query.format === 'html') sendPage(res, new TextEncoder().encode(cardHtml(input)));
    else res.type('text/markdown').send(cardMarkdown(input));
    return null;
  },
});

export const evaluationRoutes = [getEvaluation, compareTwo, getModelCard];
