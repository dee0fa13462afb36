import type {
  SentimentAlias,
  SentimentExperiment,
  SentimentRule,
  SentimentRules,
} from '../domain/sentiment/routing.js';
import type { Score, ScoredText, SentimentModel } from '../domain/sentiment/scores.js';
import type { Closable } from './ports.js';

/** A text whose sentiment is asked; with a target, what it says of that. */
export interface TextToScore {
  text: string;
  /** ISO 639-1; without one, the model's first language is taken. */
  language?: string;
  target?: string;
}

export interface ScoreOptions {
  /** Live articles and people go before back-fill; the default is `live`. */
  priority?: 'live' | 'backfill';
  /** Tenants of equal priority take turns. */
  tenant?: string;
  /**
   * In durable work a fault is thrown, so that Temporal tries again; else the served model answers in the place of one
   * that cannot, and the answer says so.
   */
  durable?: boolean;
  /** What a model cannot answer after all tries is an abstention, so that one text holds up no others. */
  giveUp?: boolean;
}

/** Sentiment models side by side, and their answers. */
export interface SentimentPort extends Closable {
  /** Every model that can be asked, the served one first. */
  models(): Promise<SentimentModel[]>;
  /**
   * The model to ask: the named one (`<name>@<version>`, a name or an alias), else the one that is configured for the
   * source or language, else the served one. @throws NotFoundError where there is none of that name
   */
  choose(asked?: { model?: string; language?: string; source?: string }): Promise<SentimentModel>;
  /** One answer per text, in their order; what the model should not answer is an abstention with its reason. */
  score(model: SentimentModel, texts: readonly TextToScore[], options?: ScoreOptions): Promise<ScoredText[]>;
}

/** One kind of model: probabilities [texts][negative, neutral, positive]. */
export interface TextScorer extends Closable {
  score(
    model: SentimentModel,
    texts: readonly TextToScore[],
    options: ScoreOptions,
  ): Promise<(readonly number[])[]>;
}

/** Where a model comes from, and how people call it. */
export interface ListedSentimentModel extends SentimentModel {
  origin: 'shipped' | 'registered' | 'built-in' | 'configured';
  served: boolean;
  aliases: string[];
}

/** Who changes something. */
export interface SentimentActor {
  principal: string;
  tenant: string;
}

/** What the LLM may spend on a day of UTC, and has spent. */
export interface SentimentSpending {
  day: string;
  tokens: number;
  cost: number;
  requests: number;
  dailyTokens: number;
  dailyCost: number;
}

/** Which models score an article: one is served, others are only recorded. */
export interface SentimentRoute {
  served: SentimentModel;
  /** Beside the default model, which scores everything. */
  others: { model: SentimentModel; experiment?: NonNullable<Score['experiment']> }[];
}

/** Models side by side as they are managed: names of people's own, rules and comparisons on live articles. */
export interface SentimentModelsPort {
  /** The served one first. */
  list(): Promise<ListedSentimentModel[]>;
  aliases(): Promise<SentimentAlias[]>;
  /** Points an alias to a model, or nowhere. @throws NotFoundError, InvalidInputError */
  setAlias(
    change: { name: string; model: string | null; reason?: string | undefined },
    by: SentimentActor,
  ): Promise<SentimentAlias>;
  /** Points an alias to what it pointed to before. @throws NotFoundError where that is nothing, or gone. */
  rollBack(name: string, by: SentimentActor): Promise<SentimentAlias>;
  rules(): Promise<SentimentRules>;
  /** Replaces all. @throws NotFoundError for a rule's model, InvalidInputError for two rules of the same texts. */
  setRules(rules: SentimentRule[], by: SentimentActor): Promise<SentimentRules>;
  experiment(): Promise<SentimentExperiment | null>;
  /** Null ends the running one. @throws NotFoundError, InvalidInputError */
  setExperiment(
    wanted: Pick<SentimentExperiment, 'kind' | 'challenger' | 'share'> | null,
    by: SentimentActor,
  ): Promise<SentimentExperiment | null>;
  routes(articles: readonly { id: string; language: string; feed: string }[]): Promise<SentimentRoute[]>;
  /** Null where no LLM is configured. */
  spending(): Promise<SentimentSpending | null>;
}
