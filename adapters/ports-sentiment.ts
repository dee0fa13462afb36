import type { ScoredText, SentimentModel } from '../domain/sentiment/scores.js';
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
