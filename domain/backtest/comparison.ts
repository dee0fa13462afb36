/** Several results of one window, judged together. Stored in `comparisons`. */
export interface Comparison {
  /** `cmp_` and 24 hex digits of the digest of the results compared. */
  id: string;
  stream: string;
  /** The best by Sharpe first. */
  ranking: RankedResult[];
  /** Of the best against cash: p of White's reality check and of Hansen's studentised SPA, consistent. */
  realityCheck: number;
  superior: number;
  /** Probability that the best of them is one of the worse half on other days; null where there are too few days. */
  overfitting: number | null;
  days: number;
  sentence: string;
}

export interface RankedResult {
  backtest: string;
  strategy: string;
  params: Record<string, number>;
  totalReturn: number;
  sharpe: number;
  maxDrawdown: number;
  /** Deflated by all trials on the window when it was run. */
  deflatedSharpe: number;
}
