import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { redacted } from '../../adapters/addresses.js';
import { mongoDocuments } from '../../adapters/documents/mongodb.js';
import { mongoEvents } from '../../adapters/events/mongodb.js';
import { UnreachableError } from '../../domain/errors.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { freePorts } from '../../infra/test-servers/server.js';
import { newName, realServer } from '../servers.js';

const { server, reason } = await realServer('outbox mongodb:', mongo);
const run = (id: string) => ({ id, startedAt: 1, kind: 'research', status: 'running' });
const event = (id: string) => ({ id, type: 'run.started', at: 1, payload: {} });

describe.skipIf(reason !== null)(`documents and events without transactions ${reason ?? ''}`, () => {
  const address = `mongodb://${server?.address}/${newName()}`;
  const [documents, events] = [mongoDocuments(address), mongoEvents(address)];
  const client = new MongoClient(address);
  afterAll(() => Promise.all([documents.close(), events.close(), client.close()]));

  it('an event whose writer died before it moved it is found by the next reader, once', async () => {
    await documents.insert('runs', [run('run_1')], ({ id }) => event(`evt_${id}`));
    const runs = client.db().collection<{ _id: string; pending?: unknown[] }>('runs');
    // What a dead writer leaves: the document is written, its event still lies in it.
    const left = { _id: 'run_2', at: 1, rev: 1, doc: run('run_2'), pending: [event('evt_run_2')] };
    await runs.insertOne(left as never);
    await documents.upsert('runs', [{ ...run('run_2'), status: 'done' }], [event('evt_run_2_done')]);
    const found = (await events.recent({ limit: 10 })).map(({ id }) => id);
    expect(found.sort()).toEqual(['evt_run_1', 'evt_run_2', 'evt_run_2_done']);
    expect(await runs.countDocuments({ 'pending.id': { $exists: true } })).toBe(0);
  });

  it('every declared member has its index, in the order of the listing', async () => {
    const indexes = await client.db().collection('runs').indexes();
    expect(indexes.map(({ key }) => Object.keys(key).join(' ')).sort()).toEqual([
      '_id',
      'at _id',
      'doc.kind at _id',
      'doc.status at _id',
      'pending.id',
    ]);
  });

  it('lie in the database as documents that others can read', async () => {
    const found = await client
      .db()
      .collection<{ _id: string; doc: unknown }>('runs')
      .findOne({ _id: 'run_1' });
    expect(found?.doc).toEqual(run('run_1'));
  });
});

it('a server that is not there is named without its password', async () => {
  const [port] = await freePorts(1);
  const documents = mongoDocuments(`mongodb://user:secret@127.0.0.1:${port}/x`);
  const error = await documents.count('runs', {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(String(error)).toContain(`MongoDB at mongodb://127.0.0.1:${port}/x does not answer`);
  expect(String(error)).not.toContain('secret');
  await documents.close();
});

it.each([
  ['mongodb://u:p@h:1,h2:2/db?x=1', 'mongodb://h:1,h2:2/db?x=1'],
  ['s3://key:secret%2F@bucket/a', 's3://bucket/a'],
  [
    'hybrid:?recent=influxdb%3A%2F%2Ft%40h%2Fo%2Fb&days=3',
    'hybrid:?recent=influxdb%3A%2F%2Fh%2Fo%2Fb&days=3',
  ],
  ['sqlite:/a/b@c.db', 'sqlite:/a/b@c.db'],
])('%s is shown as %s', (address, shown) => expect(redacted(address)).toBe(shown));
