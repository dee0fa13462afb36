import { z } from 'zod';
import type { SentimentAlias } from '../../domain/sentiment/routing.js';
import { segment } from '../query.js';
import { route } from '../route.js';
import { answer, instant, request } from '../schemas.js';

const alias = answer(
  'SentimentAlias',
  z.object({
    name: z.string(),
    model: z.string().nullable().describe('Null where it was removed'),
    updatedAt: instant,
    history: z
      .array(
        z.object({
          at: instant,
          by: z.string(),
          tenant: z.string(),
          from: z.string().nullable(),
          to: z.string().nullable(),
          reason: z.string(),
        }),
      )
      .describe('Newest last'),
  }),
);
const common = { group: 'sentiment' } as const;
const modelSegment = segment('Name, <name>@<version> or alias', 'ngram-logistic');
const aliasSegment = segment('Alias', 'champion');

const setAlias = route({
  ...common,
  id: 'setSentimentAlias',
  method: 'put',
  path: '/sentiment/models/{model}/alias',
  summary: 'Point an alias to a model: champion is the served one, challenger or any other name is your own',
  role: 'operator',
  params: { model: modelSegment },
  body: request(
    'SentimentAliasRequest',
    z.strictObject({
      alias: z.string().min(1).max(40),
      reason: z.string().max(500).optional().describe('For those who read the history'),
    }),
  ),
  answers: { 200: { description: 'The alias with its history', schema: alias } },
  example: { params: { model: 'lexicon' }, body: { alias: 'challenger', reason: 'a baseline' } },
  async handle({ params, body, principal, context }) {
    const change = { name: body.alias, model: params.model, reason: body.reason };
    const by = { principal: principal.id, tenant: principal.tenant };
    const changed = await context.ports.sentimentModels.setAlias(change, by);
    return { body: shown(changed), target: `sentiment alias ${changed.name}`, detail: lastChange(changed) };
  },
});

const shown = ({ name, model, updatedAt, history }: SentimentAlias) => ({ name, model, updatedAt, history });

const lastChange = ({ history }: { history: { from: string | null; to: string | null }[] }) => {
  const { from = null, to = null } = history.at(-1) ?? {};
  return { from, to };
};

const listAliases = route({
  ...common,
  id: 'listSentimentAliases',
  method: 'get',
  path: '/sentiment/aliases',
  summary: 'Aliases of sentiment models with who changed them, when, from what and to what',
  role: 'viewer',
  answers: {
    200: {
      description: 'The aliases',
      schema: answer('SentimentAliases', z.object({ items: z.array(alias), asOf: instant })),
    },
  },
  handle: async ({ context }) => ({
    body: { items: (await context.ports.sentimentModels.aliases()).map(shown), asOf: context.ports.now() },
  }),
});

const rollBack = route({
  ...common,
  id: 'rollBackSentimentAlias',
  method: 'post',
  path: '/sentiment/aliases/{alias}/rollback',
  summary: 'Point an alias to the model that it pointed to before',
  role: 'operator',
  params: { alias: aliasSegment },
  answers: { 200: { description: 'The alias with its history', schema: alias } },
  example: { params: { alias: 'moved' } },
  async handle({ params, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const changed = await context.ports.sentimentModels.rollBack(params.alias, by);
    return { body: shown(changed), target: `sentiment alias ${changed.name}`, detail: lastChange(changed) };
  },
});

const removeAlias = route({
  ...common,
  id: 'removeSentimentAlias',
  method: 'delete',
  path: '/sentiment/aliases/{alias}',
  summary: 'Let an alias point nowhere; its history stays',
  role: 'operator',
  params: { alias: aliasSegment },
  answers: { 200: { description: 'The alias with its history', schema: alias } },
  example: { params: { alias: 'removable' } },
  async handle({ params, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const change = { name: params.alias, model: null };
    const changed = await context.ports.sentimentModels.setAlias(change, by);
    return { body: shown(changed), target: `sentiment alias ${changed.name}`, detail: lastChange(changed) };
  },
});

export const sentimentAliasRoutes = [setAlias, listAliases, rollBack, removeAlias];
