import { randomBytes } from 'node:crypto';
import { InvalidInputError } from '../../domain/errors.js';
import {
  aliasId,
  checkAliasName,
  findModel,
  isAssigned,
  repointed,
  rollbackTarget,
  ruleFor,
  type SentimentAlias,
  type SentimentExperiment,
  type SentimentRule,
  type SentimentRules,
  type StoredExperiment,
} from '../../domain/sentiment/routing.js';
import { modelName } from '../../domain/sentiment/scores.js';
import type { DocumentsPort } from '../ports.js';
import type { SentimentActor, SentimentModelsPort, SentimentRoute } from '../ports-sentiment.js';
import type { Budget } from './budget.js';
import type { KnownModels } from './known.js';

interface Options {
  documents: Pick<DocumentsPort, 'get' | 'update'>;
  known: { read(): Promise<KnownModels>; forget(): void };
  budget: Budget | null;
  now: () => number;
}

const COLLECTION = 'sentimentSettings';
const MOST_RULES = 100;

/** Names, rules and comparisons of sentiment models, in the documents, so that all processes see the same. */
export function openSentimentModels({ documents, known, budget, now }: Options): SentimentModelsPort {
  const readRules = async (): Promise<SentimentRules> =>
    (await documents.get<SentimentRules>(COLLECTION, 'rules')) ?? {
      ...{ id: 'rules', kind: 'rules', rules: [], updatedAt: 0, updatedBy: '' },
    };
  const running = async (): Promise<SentimentExperiment | null> =>
    (await documents.get<StoredExperiment>(COLLECTION, 'experiment'))?.running ?? null;
  const fresh = (): Promise<KnownModels> => {
    known.forget();
    return known.read();
  };
  const point = async (
    name: string,
    choose: (held: SentimentAlias | null) => string | null,
    by: SentimentActor & { reason: string },
  ): Promise<SentimentAlias> => {
    const { principal, tenant, reason } = by;
    const changed = await documents.update<SentimentAlias>(COLLECTION, aliasId(name), (held) =>
      repointed(held, { name, to: choose(held), at: now(), by: principal, tenant, reason }),
    );
    known.forget();
    return changed;
  };

  return {
    list: async () => (await fresh()).models,
    aliases: async () => (await fresh()).aliases,
    async setAlias({ name, model, reason = '' }, by) {
      const all = await fresh();
      checkAliasName(name, all.models);
      const to = model === null ? null : modelName(findModel(model, all));
      return point(name, () => to, { ...by, reason });
    },
    async rollBack(name, by) {
      const all = await fresh();
      // What is gone meanwhile cannot be served again.
      const target = (held: SentimentAlias | null): string =>
        modelName(findModel(rollbackTarget(name, held), all));
      return point(name, target, { ...by, reason: 'rollback' });
    },
    rules: readRules,
    async setRules(rules, by) {
      const all = await fresh();
      checkRules(rules);
      for (const { model } of rules) findModel(model, all);
      return documents.update<SentimentRules>(COLLECTION, 'rules', () => ({
        ...{ id: 'rules', kind: 'rules', rules, updatedAt: now(), updatedBy: by.principal },
      }));
    },
    experiment: running,
    async setExperiment(wanted, by) {
      const all = await fresh();
      if (wanted) checkExperiment(wanted, all);
      const next = wanted && {
        id: `sxp_${randomBytes(8).toString('hex')}`,
        ...wanted,
        startedAt: now(),
        startedBy: by.principal,
      };
      await documents.update<StoredExperiment>(COLLECTION, 'experiment', () => ({
        ...{ id: 'experiment', kind: 'experiment', running: next, updatedAt: now() },
      }));
      return next;
    },
    async routes(articles) {
      const [all, { rules }, experiment] = await Promise.all([known.read(), readRules(), running()]);
      return articles.map((article) => routeOf(article, { all, rules, experiment }));
    },
    spending: async () => budget?.spending() ?? null,
  };
}

/** A rule that cannot be followed, since its model is gone, is passed over here: the default model scores everything. */
function routeOf(
  article: { id: string; language: string; feed: string },
  of: { all: KnownModels; rules: readonly SentimentRule[]; experiment: SentimentExperiment | null },
): SentimentRoute {
  const { all, rules, experiment } = of;
  const [served] = all.models;
  if (!served) throw new InvalidInputError('There is no sentiment model');
  const route: SentimentRoute = { served, others: [] };
  const find = (asked: string) => {
    try {
      return findModel(asked, all);
    } catch {
      return null;
    }
  };
  const assigned = experiment !== null && isAssigned(experiment, article.id);
  const challenger = assigned ? find(experiment.challenger) : null;
  if (challenger && experiment && modelName(challenger) !== modelName(served)) {
    const arm = experiment.kind === 'ab' ? 'challenger' : 'shadow';
    route.others.push({ model: challenger, experiment: { id: experiment.id, arm } });
    if (experiment.kind === 'ab') route.served = challenger;
  }
  const rule = ruleFor(rules, { language: article.language, source: article.feed });
  const ruled = rule ? find(rule.model) : null;
  if (!ruled) return route;
  route.served = ruled;
  const isThere = [served, ...route.others.map(({ model }) => model)].some(
    (model) => modelName(model) === modelName(ruled),
  );
  if (!isThere) route.others.push({ model: ruled });
  return route;
}

/** @throws InvalidInputError */
function checkRules(rules: readonly SentimentRule[]): void {
  if (rules.length > MOST_RULES)
    throw new InvalidInputError(`${rules.length} rules are too many; at most ${MOST_RULES} are kept`);
  const seen = new Set<string>();
  for (const { language, source } of rules) {
    if (language === undefined && source === undefined)
      throw new InvalidInputError(
        'A rule without language and source fits every text: point the alias champion to its model instead',
      );
    if (language !== undefined && !/^[a-z]{2,3}$/.test(language))
      throw new InvalidInputError(`"${language}" is no language; it is ISO 639 in small letters, such as en`);
    const key = JSON.stringify([language, source]);
    if (seen.has(key))
      throw new InvalidInputError(
        `Two rules are of ${language ? `language ${language}` : ''}${language && source ? ' and ' : ''}${source ? `source ${source}` : ''}; keep one`,
      );
    seen.add(key);
  }
}

/** @throws InvalidInputError, NotFoundError */
function checkExperiment(
  { challenger, share }: Pick<SentimentExperiment, 'challenger' | 'share'>,
  all: KnownModels,
): void {
  if (!(share > 0 && share <= 1))
    throw new InvalidInputError(`A share of ${share} is not above 0 and at most 1`);
  const model = findModel(challenger, all);
  const [served] = all.models;
  if (served && modelName(model) === modelName(served))
    throw new InvalidInputError(`${modelName(model)} is the served model; a challenger is another one`);
}
