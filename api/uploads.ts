import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { Upload } from '../domain/uploads.js';
import { DEFAULT_UPLOAD_LIMIT } from './config.js';
import { ConflictError } from './errors.js';
import { FORMAT_NAMES, FORMAT_TYPES } from './bars-columns.js';
import { choice, cursor, digest, fileSegment, flag, limit, text } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, pageOf } from './schemas.js';
import { bodyOf, checkBody, linger, promisedDigest } from './uploads-body.js';
import { sendConverted, sendUpload } from './uploads-files.js';

const upload = answer(
  'Upload',
  z.object({
    name: z.string(),
    object: z
      .object({ key: z.string(), sha256: z.string() })
      .describe('What POST /runs with transformBars takes as `object`'),
    bytes: z.int(),
    format: z.string().nullable().describe('By its name; null where that does not say it'),
    createdAt: instant,
    createdBy: z.string(),
  }),
);
const name = fileSegment('File name', 'example.csv');
const example = { params: { name: 'example.csv' } };

const putUpload = route({
  id: 'putUpload',
  method: 'put',
  path: '/uploads/{name}',
  group: 'uploads',
  summary: 'Send a file of bars; the same file again changes nothing',
  role: 'operator',
  params: { name },
  query: { sha256: digest('Refused unless the file has this digest; a Content-Digest header does the same') },
  upload: true,
  answers: {
    200: { description: 'The same bytes are there under that name', schema: upload },
    201: { description: 'Stored', schema: upload },
  },
  example: {
    params: { name: 'new.csv' },
    file: 'time,open,high,low,close,volume\n2023-01-01T00:00:00Z,100,102,99,101,5\n',
  },
  async handle({ params, query, principal, context, req }) {
    const most = context.config.uploadLimitBytes ?? DEFAULT_UPLOAD_LIMIT;
    const { documents, objects, formats } = context.ports;
    try {
      checkBody(req, most);
      const promised = promisedDigest(req);
      const wanted = query.sha256 ?? promised;
      if (promised !== undefined && promised !== wanted)
        throw new InvalidInputError(`sha256 is ${wanted}, but Content-Digest says ${promised}`);
      // Each has a place of its own: two senders of one name cannot mix their bytes.
      const key = `uploads/${randomBytes(8).toString('hex')}/${params.name}`;
      const stored = await objects.putStream(key, bodyOf(req, most), wanted);
      const made: Upload = {
        id: params.name,
        ...stored,
        format: formats.formatOf(params.name),
        createdAt: context.ports.now(),
        createdBy: principal.id,
      };
      const { inserted } = await documents.insert<Upload>('uploads', [made]);
      const held = inserted.length > 0 ? made : await keepFirst(context, made);
      const detail = { sha256: held.sha256, bytes: held.bytes };
      const headers = { location: `/api/v1/uploads/${encodeURIComponent(held.id)}` };
      return { status: held === made ? 201 : 200, body: shown(held), target: held.id, headers, detail };
    } catch (error) {
      linger(req);
      throw error;
    }
  },
});

/** The name is taken: well where it has the same bytes. @throws ConflictError */
async function keepFirst(context: Context, made: Upload): Promise<Upload> {
  await context.ports.objects.remove(made.key);
  const held = await findUpload(context, made.id);
  if (held.sha256 === made.sha256) return held;
  throw new ConflictError(
    `"${made.id}" is there with other bytes (sha256 ${held.sha256}); choose another name, or delete it first`,
  );
}

const listUploads = route({
  id: 'listUploads',
  method: 'get',
  path: '/uploads',
  group: 'uploads',
  summary: 'Files that were sent, newest first',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of files', schema: pageOf('UploadPage', upload) } },
  async handle({ query, context }) {
    const page = { limit: query.limit, ...(query.cursor ? { cursor: query.cursor } : {}) };
    const found = await context.ports.documents.find<Upload>('uploads', page);
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: context.ports.now() } };
  },
});

const getUpload = route({
  id: 'getUpload',
  method: 'get',
  path: '/uploads/{name}',
  group: 'uploads',
  summary: 'What is known of a file that was sent',
  role: 'viewer',
  params: { name },
  answers: { 200: { description: 'The file', schema: upload } },
  example,
  handle: async ({ params, context }) => ({ body: shown(await findUpload(context, params.name)) }),
});

const downloadUpload = route({
  id: 'downloadUpload',
  method: 'get',
  path: '/uploads/{name}/download',
  group: 'uploads',
  summary: 'A file that was sent: its own bytes, or its bars in another format',
  role: 'viewer',
  params: { name },
  query: {
    format: choice(
      FORMAT_NAMES,
      'Convert: bars that cannot be believed are left out and counted in the headers x-finsight-*',
    ),
    timeframe: text('Length of a bar; by the rows where it is not given', '1h'),
    columns: text('time,open,high,low,close,volume by place (_ skips one), or time=<name>,… by name'),
    timeUnit: choice(['s', 'ms', 'us', 'ns'], 'Of epoch times'),
    dates: choice(['ymd', 'dmy', 'mdy'], 'Order of day, month and year'),
    decimal: choice(['point', 'comma'], 'Of numbers'),
    adjusted: flag('Prices adjusted for splits and dividends (Adj Close)'),
  },
  answers: {
    200: { description: 'The file', mediaType: 'application/octet-stream', others: FORMAT_TYPES },
    304: { description: 'Unchanged since the answer with this ETag' },
  },
  example,
  async handle({ params, query, context, req, res }) {
    const found = await findUpload(context, params.name);
    const { format, ...layout } = query;
    if (format) await sendConverted({ context, req, res }, found, { format, ...layout });
    else await sendUpload({ context, req, res }, found);
    return null;
  },
});

const removeUpload = route({
  id: 'removeUpload',
  method: 'delete',
  path: '/uploads/{name}',
  group: 'uploads',
  summary: 'Delete a file that was sent; bars that were made of it stay',
  role: 'admin',
  params: { name },
  answers: { 204: { description: 'Deleted' } },
  example: { params: { name: 'removable.csv' } },
  async handle({ params, context }) {
    const { id, key, sha256, bytes } = await findUpload(context, params.name);
    await context.ports.documents.remove('uploads', [id]);
    await context.ports.objects.remove(key);
    return { status: 204, target: id, detail: { sha256, bytes } };
  },
});

async function findUpload(context: Context, id: string): Promise<Upload> {
  const found = await context.ports.documents.get<Upload>('uploads', id);
  if (found) return found;
  throw new NotFoundError(`No upload "${id}"; GET /api/v1/uploads lists them`);
}

const shown = ({ id, key, sha256, bytes, format, createdAt, createdBy }: Upload) => ({
  name: id,
  object: { key, sha256 },
  bytes,
  format,
  createdAt,
  createdBy,
});

export const uploadRoutes = [putUpload, listUploads, getUpload, downloadUpload, removeUpload];
