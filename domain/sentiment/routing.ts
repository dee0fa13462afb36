import { sha256Hex } from '../digest.js';
import { InvalidInputError, NotFoundError } from '../errors.js';
import { nearNames } from '../near-names.js';
import { modelName, type SentimentModel } from './scores.js';

/** One change of an alias; `null` where it pointed nowhere. */
export interface AliasChange {
  at: number;
  by: string;
  tenant: string;
  from: string | null;
  to: string | null;
  reason: string;
}

/** A name of people's own for a model version; `champion` is the served one. */
export interface SentimentAlias {
  /** `alias/<name>`. */
  id: string;
  kind: 'alias';
  name: string;
  /** `<name>@<version>`; null where it was removed. */
  model: string | null;
  updatedAt: number;
  /** Newest last; the audit keeps what is dropped from here. */
  history: AliasChange[];
}

/** Which model scores texts of a language, of a feed, or of both; what is left out fits all. */
export interface SentimentRule {
  language?: string;
  source?: string;
  /** Name, `<name>@<version>` or alias. */
  model: string;
}

/** All rules in one document, so that they change together; the most specific fitting one decides, then the first. */
export interface SentimentRules {
  id: 'rules';
  kind: 'rules';
  rules: SentimentRule[];
  updatedAt: number;
  updatedBy: string;
}

/** A challenger beside the served model on a share of the articles. */
export interface SentimentExperiment {
  id: string;
  kind: 'shadow' | 'ab';
  /** Name, `<name>@<version>` or alias of the challenger. */
  challenger: string;
  /** Of the articles, above 0 and at most 1. */
  share: number;
  startedAt: number;
  startedBy: string;
}

export interface StoredExperiment {
  id: 'experiment';
  kind: 'experiment';
  running: SentimentExperiment | null;
  updatedAt: number;
}

export const CHAMPION = 'champion';
export const MOST_HISTORY = 100;
const ALIAS = /^[a-z][a-z0-9_-]{0,39}$/;

export const aliasId = (name: string): string => `alias/${name}`;

/** @throws InvalidInputError for a name that could be taken for a model's. */
export function checkAliasName(name: string, models: readonly SentimentModel[]): void {
  if (!ALIAS.test(name))
    throw new InvalidInputError(
      `"${name}" cannot be an alias: it is a small letter, then up to 39 of a-z, 0-9, _ and -`,
    );
  if (models.some(({ ref }) => ref.name === name))
    throw new InvalidInputError(`"${name}" cannot be an alias: a model has this name`);
}

/** The alias after a change. @throws InvalidInputError where it points there already. */
export function repointed(
  held: SentimentAlias | null,
  change: Omit<AliasChange, 'from'> & { name: string },
): SentimentAlias {
  const { name, ...rest } = change;
  const from = held?.model ?? null;
  if (from === change.to)
    throw new InvalidInputError(`The alias "${name}" points to ${from ?? 'no model'} already`);
  return {
    id: aliasId(name),
    kind: 'alias',
    name,
    model: change.to,
    updatedAt: change.at,
    history: [...(held?.history ?? []), { ...rest, from }].slice(-MOST_HISTORY),
  };
}

/** Where a rollback leads: what the alias pointed to before its last change. @throws NotFoundError without one. */
export function rollbackTarget(name: string, held: SentimentAlias | null): string {
  const before = held?.history.at(-1)?.from ?? null;
  if (before) return before;
  throw new NotFoundError(
    `The alias "${name}" has pointed nowhere else before: there is nothing to go back to`,
  );
}

/** What an alias pointed to at an instant, epoch ms; null where it pointed nowhere then. */
export function modelAt(alias: SentimentAlias | null | undefined, asOf: number): string | null {
  return alias?.history.findLast(({ at }) => at <= asOf)?.to ?? null;
}

/** Finds `<name>@<version>`, a name (its first, newest version) or an alias. @throws NotFoundError with near names. */
export function findModel(
  asked: string,
  known: { models: readonly SentimentModel[]; aliases: readonly SentimentAlias[] },
): SentimentModel {
  const { models, aliases } = known;
  const own = models.find((each) => [modelName(each), each.ref.name].includes(asked));
  if (own) return own;
  const alias = aliases.find(({ name, model }) => name === asked && model !== null);
  const behind = models.find((each) => modelName(each) === alias?.model);
  if (behind) return behind;
  if (alias)
    throw new NotFoundError(
      `The alias "${asked}" points to ${alias.model}, which is gone; known: ${models.map(modelName).join(', ')}`,
    );
  const names = [
    ...models.flatMap((each) => [each.ref.name, modelName(each)]),
    ...aliases.filter(({ model }) => model !== null).map(({ name }) => name),
  ];
  throw new NotFoundError(
    `Unknown sentiment model "${asked.slice(0, 100)}"; did you mean ${nearest(asked.slice(0, 100), names).join(', ')}? Known: ${models.map(modelName).join(', ')}`,
  );
}

/** Names that contain what was asked first, then the most similar ones. */
function nearest(asked: string, names: readonly string[]): string[] {
  const within = names.filter((name) => asked !== '' && name.toLowerCase().includes(asked.toLowerCase()));
  return [...new Set([...within, ...nearNames(asked, names)])].slice(0, 3);
}

/** The rule for a language and source, or null: the most specific one, of equals the first. */
export function ruleFor(
  rules: readonly SentimentRule[],
  asked: { language?: string | undefined; source?: string | undefined },
): SentimentRule | null {
  const fitting = rules.filter(
    ({ language, source }) =>
      (language === undefined || language === asked.language) &&
      (source === undefined || source === asked.source),
  );
  const weight = ({ language, source }: SentimentRule): number =>
    2 * Number(source !== undefined) + Number(language !== undefined);
  const heaviest = Math.max(...fitting.map(weight));
  return fitting.find((rule) => weight(rule) === heaviest) ?? null;
}

/** Whether an article is in the challenger's share: by its id and the experiment's, so that it is the same everywhere. */
export function isAssigned(
  { id, share }: Pick<SentimentExperiment, 'id' | 'share'>,
  articleId: string,
): boolean {
  const part = Number.parseInt(sha256Hex(`${id}/${articleId}`).slice(0, 12), 16) / 2 ** 48;
  return part < share;
}
