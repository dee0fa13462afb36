import { z } from 'zod';
import { sourceChange, sourceDefinition, type NewsSource } from '../domain/news/source.js';
import { withoutTokens } from '../domain/secrets.js';
import { ConflictError } from './errors.js';
import { cursor, limit, segment } from './query.js';
import { route, type Call, type Context } from './route.js';
import { request } from './schemas.js';
import { dropSchedule, keepSchedule } from './source-schedules.js';
import {
  discovered,
  newsSource,
  newsSourcePage,
  shownHealth,
  shownSource,
  sourceHealth,
  sourceKinds,
  sourceTest,
} from './source-schemas.js';

const id = segment('Source id', 'coindesk');
const example = { params: { id: 'coindesk' } };
const one = { description: 'The source', schema: newsSource };
const TESTED = 10;

const listSources = route({
  id: 'listSources',
  method: 'get',
  path: '/sources',
  group: 'sources',
  summary: 'News sources by id: those of the registry or of FINSIGHT_FEEDS, and those that were made',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of sources', schema: newsSourcePage } },
  async handle({ query, context }) {
    const all = (await context.ports.sources.list()).filter((each) => each.id > (query.cursor ?? ''));
    const items = all.slice(0, query.limit).map(shownSource);
    const next = all.length > items.length ? (items.at(-1)?.id ?? null) : null;
    return { body: { items, cursor: next, asOf: context.ports.now() } };
  },
});

const listKinds = route({
  id: 'listSourceKinds',
  method: 'get',
  path: '/source-kinds',
  group: 'sources',
  summary: 'Kinds of news sources, with the JSON Schema of their settings',
  role: 'viewer',
  answers: { 200: { description: 'The kinds', schema: sourceKinds } },
  handle: async ({ context }) => ({ body: { kinds: await context.ports.sources.kinds() } }),
});

const createSource = route({
  id: 'createSource',
  method: 'post',
  path: '/sources',
  group: 'sources',
  summary: 'A new news source, checked before it is stored, and its schedule',
  role: 'operator',
  body: request('NewsSourceRequest', sourceDefinition),
  answers: { 201: { ...one, description: 'Created' } },
  example: {
    body: { id: 'own-feed', name: 'A feed', kind: 'rss', settings: { url: 'https://example.org/rss' } },
  },
  async handle({ body, context, principal }) {
    const { sources } = context.ports;
    if ((await sources.list()).some((each) => each.id === body.id))
      throw new ConflictError(
        `A news source "${body.id}" is there; change it by PATCH /api/v1/sources/${body.id}, or take another id`,
      );
    const source = await sources.define(body, principal.id);
    await sources.save(source);
    try {
      await keep(context, source, principal);
    } catch (error) {
      // One that nothing collects would look as if it were well.
      await sources.remove(source.id);
      throw error;
    }
    const headers = { location: `/api/v1/sources/${source.id}` };
    return { status: 201, body: shownSource(source), target: source.id, headers };
  },
});

const getSource = route({
  id: 'getSource',
  method: 'get',
  path: '/sources/{id}',
  group: 'sources',
  summary: 'One news source',
  role: 'viewer',
  params: { id },
  answers: { 200: one },
  example,
  handle: async ({ params, context }) => ({ body: shownSource(await context.ports.sources.get(params.id)) }),
});

const changeSource = route({
  id: 'changeSource',
  method: 'patch',
  path: '/sources/{id}',
  group: 'sources',
  summary: 'Change what is given of a news source; its settings as a whole. Its schedule follows',
  role: 'operator',
  params: { id },
  body: request('NewsSourceChange', sourceChange),
  answers: { 200: one },
  example: { ...example, body: { retentionDays: 365 } },
  handle: ({ params, body, ...call }) => changed(call, params.id, body),
});

const pauseSource = route({
  id: 'pauseSource',
  method: 'post',
  path: '/sources/{id}/pause',
  group: 'sources',
  summary: 'Collect a news source no more until it is resumed',
  role: 'operator',
  params: { id },
  answers: { 200: one },
  example,
  handle: ({ params, ...call }) => changed(call, params.id, { state: 'paused' }),
});

const resumeSource = route({
  id: 'resumeSource',
  method: 'post',
  path: '/sources/{id}/resume',
  group: 'sources',
  summary: 'Collect a paused news source again; refused where it cannot be used, as without its key',
  role: 'operator',
  params: { id },
  answers: { 200: one },
  example,
  handle: ({ params, ...call }) => changed(call, params.id, { state: 'enabled' }),
});

const removeSource = route({
  id: 'removeSource',
  method: 'delete',
  path: '/sources/{id}',
  group: 'sources',
  summary: 'Remove a news source and its schedule; its articles stay',
  role: 'operator',
  params: { id },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'tavily' } },
  async handle({ params, context }) {
    const source = await context.ports.sources.get(params.id);
    await dropSchedule(context.stories.schedules, source.id);
    await context.ports.sources.remove(source.id);
    return { status: 204, target: source.id };
  },
});

const testSource = route({
  id: 'testSource',
  method: 'post',
  path: '/sources/{id}/test',
  group: 'sources',
  summary: 'Fetch one page of a news source and show its items; nothing is stored',
  role: 'operator',
  params: { id },
  answers: {
    200: { description: 'What it gives', schema: sourceTest },
    503: { description: 'It does not answer' },
  },
  example,
  async handle({ params, context }) {
    const source = await context.ports.sources.get(params.id);
    return { body: await context.ports.sources.test(source, TESTED), target: source.id };
  },
});

const getHealth = route({
  id: 'getSourceHealth',
  method: 'get',
  path: '/sources/{id}/health',
  group: 'sources',
  summary: 'Whether a news source is well: last success and failure, freshness, error budget, breaker',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'Its health', schema: sourceHealth } },
  example,
  async handle({ params, context }) {
    const source = await context.ports.sources.get(params.id);
    return { body: shownHealth(await context.ports.sources.health(source)) };
  },
});

const discoverSources = route({
  id: 'discoverSources',
  method: 'post',
  path: '/sources/discover',
  group: 'sources',
  summary: 'Feeds that a site tells of, by its address',
  role: 'operator',
  body: request('DiscoverRequest', z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(4096) })),
  answers: {
    200: { description: 'Its feeds', schema: discovered },
    503: { description: 'It does not answer' },
  },
  example: { body: { url: 'https://example.org/' } },
  handle: async ({ body, context }) => ({
    body: await context.ports.sources.discover(body.url),
    target: withoutTokens(body.url),
  }),
});

/** Checks, stores, and lets the schedule follow; asking again mends what a lost request left half done. */
async function changed(
  { context, principal }: Pick<Call<unknown, unknown, unknown>, 'context' | 'principal'>,
  sourceId: string,
  change: Parameters<Context['ports']['sources']['change']>[1],
) {
  const { sources } = context.ports;
  const source = await sources.change(sourceId, change);
  await sources.save(source);
  await keep(context, source, principal);
  return { body: shownSource(source), target: source.id };
}

const keep = (
  context: Context,
  source: NewsSource,
  { id: principal, tenant }: { id: string; tenant: string },
) => keepSchedule(context.stories.schedules, source, { by: { principal, tenant } });

export const sourceRoutes = [
  listSources,
  listKinds,
  createSource,
  discoverSources,
  getSource,
  changeSource,
  removeSource,
  pauseSource,
  resumeSource,
  testSource,
  getHealth,
];
