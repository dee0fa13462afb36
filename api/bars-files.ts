import { Readable } from 'node:stream';
import type { BarsKey } from '../domain/bars.js';
import { InvalidInputError } from '../domain/errors.js';
import { formatSource } from '../domain/sources.js';
import { parseStream, streamId } from '../domain/streams.js';
import { columnsIn, FORMAT_NAMES, FORMAT_TYPES, sendFile, sendStream } from './bars-columns.js';
import { fileHeaders, fileName, sourceText, storedKey, streamAddress } from './bars.js';
import { streamExample, streamPath } from './bars.js';
import { encoder } from './encoding.js';
import { choice, requiredText, time } from './query.js';
import { route, type Context } from './route.js';

const window = {
  from: time('First bar open'),
  to: time('End of the bar opens, exclusive'),
  asOf: time('Read what was known then; default now'),
  source: sourceText,
};

const downloadBars = route({
  id: 'downloadBars',
  method: 'get',
  path: `${streamAddress}/download`,
  group: 'bars',
  summary: 'Bars of a stream as a file, oldest first',
  role: 'viewer',
  params: streamPath,
  query: { ...window, format: choice(FORMAT_NAMES, 'Default csv') },
  answers: {
    200: {
      description: 'The file; its source and instant are in the headers',
      mediaType: 'text/csv',
      others: FORMAT_TYPES.filter((type) => type !== 'text/csv'),
    },
    304: { description: 'Unchanged since the answer with this ETag' },
  },
  example: streamExample,
  async handle({ params, query, context, req, res }) {
    const { format = 'csv' } = query;
    const key = await storedKey(context, params, query);
    await sendFile(
      { context, req, res },
      {
        batches: () => columnsIn(context, key),
        format,
        mediaType: context.ports.formats.mediaType(format),
        name: fileName(key.stream),
        headers: () => fileHeaders(key),
      },
    );
    return null;
  },
});

const MOST_STREAMS = 100;

const downloadMany = route({
  id: 'downloadManyBars',
  method: 'get',
  path: '/bars',
  group: 'bars',
  summary: 'Bars of several streams as one file of JSON lines, stream after stream',
  role: 'viewer',
  query: { ...window, streams: requiredText('Separated by commas', 'binance/BTC-USDT/1h') },
  answers: {
    200: { description: 'A line a bar, with its stream and source', mediaType: 'application/x-ndjson' },
  },
  example: { query: { streams: 'binance/BTC-USDT/1h' } },
  async handle({ query, context, req, res }) {
    const keys = await findAll(context, query);
    res.set({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="bars.ndjson"',
      'cache-control': 'private, no-store',
    });
    const packing = encoder(req, res);
    if (req.method === 'HEAD') res.end();
    else await sendStream(res, [Readable.from(linesOf(context, keys)), ...packing]);
    return null;
  },
});

/** All are found before the first is sent: a mistake in the last one is told, not shown by a broken file. */
async function findAll(
  context: Context,
  query: {
    streams: string;
    from?: number | undefined;
    to?: number | undefined;
    asOf?: number | undefined;
  } & {
    source?: string | undefined;
  },
): Promise<BarsKey[]> {
  const ids = [...new Set(query.streams.split(','))];
  if (ids.length > MOST_STREAMS)
    throw new InvalidInputError(`${ids.length} streams are more than the ${MOST_STREAMS} of one request`);
  const asOf = query.asOf ?? context.ports.now();
  const streams = ids.map(parseStream);
  const keys: BarsKey[] = [];
  for (const stream of streams) keys.push(await storedKey(context, stream, { ...query, asOf }));
  return keys;
}

async function* linesOf(context: Context, keys: BarsKey[]): AsyncGenerator<string> {
  for (const key of keys) {
    const head = JSON.stringify({ stream: streamId(key.stream), source: formatSource(key.source) }).slice(
      0,
      -1,
    );
    for await (const { time: times, open, high, low, close, volume } of columnsIn(context, key)) {
      let text = '';
      for (let i = 0; i < times.length; i++)
        text += `${head},"time":${times[i]},"open":${open[i]},"high":${high[i]},"low":${low[i]},"close":${close[i]},"volume":${volume[i]}}\n`;
      yield text;
    }
  }
}

export const barFileRoutes = [downloadBars, downloadMany];
