import { z } from 'zod';
import type { Dataset } from '../domain/dataset.js';
import { NotFoundError } from '../domain/errors.js';
import { cursor, limit, segment, text } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, source } from './schemas.js';

const dataset = answer(
  'Dataset',
  z.looseObject({
    id: z.string(),
    sha256: z.string(),
    object: z.object({ key: z.string(), sha256: z.string(), bytes: z.int() }),
    rows: z.int(),
    streams: z.array(z.string()),
    features: z.array(z.string()),
    featureVersion: z.string(),
    spec: z.looseObject({ lookBack: z.int(), horizonBars: z.int(), horizons: z.array(z.int()).optional() }),
    split: z.object({ validationFrom: instant, testFrom: instant, testTo: instant }),
    from: instant.optional(),
    to: instant.optional(),
    asOf: instant,
    inputs: z.record(z.string(), z.string()).describe('Digests of the bars and scores that went in'),
    createdAt: instant,
    source,
  }),
);

const listDatasets = route({
  id: 'listDatasets',
  method: 'get',
  path: '/datasets',
  group: 'models',
  summary: 'Data sets for training, newest first',
  role: 'viewer',
  query: { stream: text('Only those with this stream', 'binance/BTC-USDT/1h'), limit: limit(), cursor },
  answers: { 200: { description: 'A page of data sets', schema: pageOf('DatasetPage', dataset) } },
  async handle({ query, context }) {
    const { stream } = query;
    const found = await context.ports.documents.find<Dataset>('datasets', {
      ...(stream ? { where: { streams: stream } } : {}),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const getDataset = route({
  id: 'getDataset',
  method: 'get',
  path: '/datasets/{id}',
  group: 'models',
  summary: 'One data set',
  role: 'viewer',
  params: { id: segment('Data set id', 'ds_0123456789abcdef01234567') },
  answers: { 200: { description: 'The data set', schema: dataset } },
  example: { params: { id: 'ds_example' } },
  async handle({ params, context }) {
    const found = await context.ports.documents.get<Dataset>('datasets', params.id);
    if (!found) throw new NotFoundError(`No data set "${params.id}"; make one by the story buildDataset`);
    return { body: found };
  },
});

export const datasetRoutes = [listDatasets, getDataset];
