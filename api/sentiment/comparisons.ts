import { z } from 'zod';
import { parseCsv } from '../../adapters/open.js';
import { sha256Hex } from '../../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { Principal } from '../../domain/identity.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import { readLabelledTexts, type LabelledText } from '../../domain/sentiment/labelled-texts.js';
import type { Upload } from '../../domain/uploads.js';
import { sendPage } from '../pages.js';
import { cursor, limit, segment, text } from '../query.js';
import { route, type Context } from '../route.js';
import { answer, figure, instant, pageOf, request, source } from '../schemas.js';
import { sentimentInputs } from './inputs.js';

const counts = z.array(z.array(z.int()));
const figures = z.looseObject({ accuracy: figure, macroF1: figure, ece: figure });
const comparison = answer(
  'SentimentComparison',
  z.looseObject({
    id: z.string(),
    basis: z.enum(['texts', 'articles']),
    data: z.string(),
    source,
    models: z.array(z.string()).describe('Differences are the first minus the second'),
    n: z.int(),
    labelled: z.int(),
    agreement: figure,
    kappa: figure,
    between: counts.describe('Rows: the first model; columns: the second; negative, neutral, positive'),
    drift: z.object({ labels: figure, scores: figure, reading: z.string() }),
    figures: z.object({ a: figures, b: figures }).nullable().describe('Null without labels'),
    mcnemar: z
      .object({
        onlyA: z.int(),
        onlyB: z.int(),
        method: z.string(),
        statistic: figure,
        pValue: figure,
      })
      .nullable(),
    difference: z
      .object({
        accuracy: figure,
        macroF1: figure,
        accuracy95: z.array(figure),
        macroF195: z.array(figure),
        resamples: z.int(),
        seed: z.string(),
      })
      .nullable(),
    subsets: z.array(
      z.object({
        by: z.string(),
        value: z.string(),
        n: z.int(),
        agreement: figure,
        accuracyA: figure,
        accuracyB: figure,
        pValue: figure,
        adjustedPValue: figure,
      }),
    ),
    verdict: z.string(),
    createdAt: instant,
  }),
);
export const started = answer(
  'SentimentRunStarted',
  z.object({ workflowId: z.string(), runId: z.string(), alreadyRunning: z.boolean(), location: z.string() }),
);

const MOST_TEXTS = 20_000;
const labelled = z.strictObject({
  text: z.string().max(100_000),
  label: z.enum(SENTIMENT_LABELS).nullish(),
  source: z.string().min(1).max(100).optional(),
  language: z.string().min(2).max(3).optional(),
});

const startComparison = route({
  id: 'startSentimentComparison',
  method: 'post',
  path: '/sentiment/comparisons',
  group: 'sentiment',
  summary: 'Compare two models: on labelled texts that you give, or on articles that both have scored',
  role: 'operator',
  body: request(
    'SentimentComparisonRequest',
    sentimentInputs.compareSentiment.omit({ texts: true }).extend({
      texts: z.array(labelled).min(1).max(MOST_TEXTS).optional(),
      name: z.string().min(1).max(255).optional().describe('What the texts are called in the report'),
      upload: z
        .string()
        .min(1)
        .max(255)
        .optional()
        .describe(
          'Name of an uploaded CSV with the columns text, label, source and language, in the place of texts',
        ),
    }),
  ),
  answers: { 202: { description: 'Accepted; Location names the run', schema: started } },
  example: {
    body: { models: ['ngram-logistic', 'lexicon'], texts: [{ text: 'Shares surge', label: 'positive' }] },
  },
  async handle({ body, principal, context }) {
    const { texts, upload, name = upload ?? 'texts', ...asked } = body;
    if (texts && upload) throw new InvalidInputError('Give texts or upload, not both');
    const rows = upload ? await readUpload(context, upload) : texts?.map(rowOf);
    const input = { ...asked, ...(rows ? { texts: await keepTexts(context, rows, name) } : {}) };
    return begin('compareSentiment', input, { principal, context });
  },
});

/** Texts travel as an object, which the same texts make once. */
async function keepTexts(
  { ports }: Context,
  rows: LabelledText[],
  name: string,
): Promise<{ key: string; sha256: string; name: string }> {
  const bytes = new TextEncoder().encode(JSON.stringify(rows));
  const { key, sha256 } = await ports.objects.put(`sentiment/texts/${sha256Hex(bytes)}.json`, bytes);
  return { key, sha256, name };
}

const rowOf = ({ text: read, label, source: from, language }: z.output<typeof labelled>): LabelledText => ({
  text: read,
  target: label ? SENTIMENT_LABELS.indexOf(label) : null,
  ...(from === undefined ? {} : { source: from }),
  ...(language === undefined ? {} : { language }),
});

/** @throws NotFoundError, and InvalidInputError where it is no table of texts. */
async function readUpload({ ports }: Context, name: string): Promise<LabelledText[]> {
  const found = await ports.documents.get<Upload>('uploads', name);
  if (!found)
    throw new NotFoundError(`No upload "${name}"; send the file first: PUT /api/v1/uploads/${name}`);
  const bytes = await ports.objects.get(found.key, found.sha256);
  return readLabelledTexts(parseCsv(new TextDecoder().decode(bytes)), name).texts;
}

const listComparisons = route({
  id: 'listSentimentComparisons',
  method: 'get',
  path: '/sentiment/comparisons',
  group: 'sentiment',
  summary: 'Comparisons of sentiment models, newest first',
  role: 'viewer',
  query: { model: text('<name>@<version>, one of the two'), limit: limit(), cursor },
  answers: {
    200: { description: 'A page of comparisons', schema: pageOf('SentimentComparisonPage', comparison) },
  },
  async handle({ query, context }) {
    const found = await context.ports.documents.find('sentimentComparisons', {
      ...(query.model ? { where: { models: query.model } } : {}),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const id = segment('Comparison id', 'scm_0123456789abcdef01234567');
const example = { params: { id: 'scm_example' } };

const getComparison = route({
  id: 'getSentimentComparison',
  method: 'get',
  path: '/sentiment/comparisons/{id}',
  group: 'sentiment',
  summary: 'One comparison of sentiment models',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The comparison', schema: comparison } },
  example,
  async handle({ params, context }) {
    const found = await context.ports.documents.get('sentimentComparisons', params.id);
    if (!found) throw new NotFoundError(`No comparison "${params.id}" of sentiment models`);
    return { body: found };
  },
});

const readPage = route({
  id: 'readSentimentComparisonPage',
  method: 'get',
  path: '/sentiment/comparisons/{id}/report',
  group: 'sentiment',
  summary: 'The same as a page that opens from disk',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The page', mediaType: 'text/html' } },
  example,
  async handle({ params, context, res }) {
    const found = await context.ports.documents.get<{ page: { key: string; sha256: string } }>(
      'sentimentComparisons',
      params.id,
    );
    if (!found) throw new NotFoundError(`No comparison "${params.id}" of sentiment models`);
    sendPage(res, await context.ports.objects.get(found.page.key, found.page.sha256));
    return null;
  },
});

interface Asked {
  principal: Principal;
  context: Context;
}

export async function begin(
  kind: 'compareSentiment' | 'rescoreNews',
  input: Record<string, unknown>,
  { principal, context }: Asked,
) {
  const by = { principal: principal.id, tenant: principal.tenant };
  const begun = await context.stories.start(kind, input, by);
  const location = `/api/v1/runs/${encodeURIComponent(begun.workflowId)}`;
  return { status: 202, body: { ...begun, location }, headers: { location }, target: begun.workflowId };
}

export const sentimentComparisonRoutes = [startComparison, listComparisons, getComparison, readPage];
