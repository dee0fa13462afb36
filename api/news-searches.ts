import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { formFault } from '../domain/forms.js';
import { mayActFor, type Principal } from '../domain/identity.js';
import { MOST_SAVED_SEARCHES, type SavedSearch } from '../domain/news/saved-searches.js';
import { parseSearch } from '../domain/news/search.js';
import { SENTIMENT_VERDICTS } from '../domain/sentiment/scores.js';
import { ForbiddenError } from './errors.js';
import { cursor, limit, segment } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, request } from './schemas.js';

const values = z.array(z.string().min(1).max(100)).min(1).max(50).optional();
const members = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(500)
    .superRefine(formFault(parseSearch))
    .optional()
    .describe('Words, "phrases", AND, OR, NOT or -word, (groups), prefixes such as regulat*'),
  tickers: values.transform((all) => all?.map((each) => each.toUpperCase())),
  topics: values,
  feeds: values,
  languages: values,
  source: z.string().min(1).max(100).optional().describe('live, recorded or simulated-<seed>'),
  sentiment: z
    .enum(SENTIMENT_VERDICTS)
    .optional()
    .describe('What the model made of it: a match is told when it is scored'),
  model: z
    .string()
    .regex(/^[^\s@]{1,100}@[^\s@]{1,40}$/, 'must be <name>@<version>')
    .optional()
    .describe('Of the sentiment; default the shipped model'),
});
const filter = members.refine(({ sentiment, model }) => model === undefined || sentiment !== undefined, {
  path: ['model'],
  error: 'needs a sentiment: negative, neutral, positive or abstained',
});
const fields = {
  id: z.string().meta({ examples: ['sea_0123456789abcdef'] }),
  name: z.string(),
  filter: z.record(z.string(), z.unknown()),
  principal: z.string().describe('Who made it'),
  tenant: z.string(),
  createdAt: instant,
};
const saved = answer('SavedSearch', z.object(fields));

const createSearch = route({
  id: 'createNewsSearch',
  method: 'post',
  path: '/news/searches',
  group: 'news',
  summary: 'Save a search: every new article that it matches becomes one event search.matched',
  role: 'operator',
  body: request('SavedSearchRequest', z.strictObject({ name: z.string().trim().min(1).max(100), filter })),
  answers: { 201: { description: 'Saved', schema: saved } },
  example: {
    body: { name: 'Bitcoin funds', filter: { text: 'etf OR "exchange traded"', tickers: ['BTC'] } },
  },
  async handle({ body, principal, context }) {
    const { documents, now } = context.ports;
    const given = Object.fromEntries(Object.entries(body.filter).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length === 0)
      throw new InvalidInputError('An empty filter would match every article: give text, tickers or another');
    const held = await documents.count('savedSearches', { where: { principal: principal.id } });
    if (held >= MOST_SAVED_SEARCHES)
      throw new InvalidInputError(`${principal.id} has ${held} saved searches, the most; delete one first`);
    const search: SavedSearch = {
      id: `sea_${randomBytes(8).toString('hex')}`,
      name: body.name,
      filter: given,
      principal: principal.id,
      tenant: principal.tenant,
      createdAt: now(),
    };
    await documents.insert<SavedSearch>('savedSearches', [search]);
    return { status: 201, body: search, target: search.id };
  },
});

const listSearches = route({
  id: 'listNewsSearches',
  method: 'get',
  path: '/news/searches',
  group: 'news',
  summary: 'Your saved searches, newest first',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of searches', schema: pageOf('SavedSearchPage', saved) } },
  async handle({ query, principal, context }) {
    const found = await context.ports.documents.find<SavedSearch>('savedSearches', {
      where: { principal: principal.id },
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const id = segment('Id of a saved search', 'sea_0123456789abcdef');

const getSearch = route({
  id: 'getNewsSearch',
  method: 'get',
  path: '/news/searches/{id}',
  group: 'news',
  summary: 'A saved search',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The search', schema: saved } },
  example: { params: { id: 'sea_example' } },
  handle: async ({ params, principal, context }) => ({
    body: checked(
      await context.ports.documents.get<SavedSearch>('savedSearches', params.id),
      params.id,
      principal,
    ),
  }),
});

const deleteSearch = route({
  id: 'deleteNewsSearch',
  method: 'delete',
  path: '/news/searches/{id}',
  group: 'news',
  summary: 'Delete a saved search',
  role: 'operator',
  params: { id },
  answers: { 204: { description: 'Deleted' } },
  example: { params: { id: 'sea_removable' } },
  async handle({ params, principal, context }) {
    const { documents } = context.ports;
    checked(await documents.get<SavedSearch>('savedSearches', params.id), params.id, principal);
    await documents.remove('savedSearches', [params.id]);
    return { status: 204 };
  },
});

/** Another one's search is for admins. @throws NotFoundError, ForbiddenError */
function checked(search: SavedSearch | null, name: string, principal: Principal): SavedSearch {
  if (!search) throw new NotFoundError(`No saved search "${name}"`);
  const isOwn = search.principal === principal.id && search.tenant === principal.tenant;
  if (isOwn || (principal.roles.includes('admin') && mayActFor(principal, search.tenant))) return search;
  throw new ForbiddenError(`Saved search ${name} is another principal's`);
}

export const newsSearchesRoutes = [createSearch, listSearches, getSearch, deleteSearch];
