/** Above what something counts as drift, and who says so. */
export interface DriftThresholds {
  /**
   * False alarms per look at a stream that has not changed; each of the three families of tests has a third of it
   * (Bonferroni). Looks at overlapping windows are not independent of each other.
   */
  level: number;
  /** Population stability index of an input. */
  psiWatch: number;
  psiDrift: number;
  /** Mean residual that counts, in deviations of the evaluation's residuals. */
  meanShift: number;
  /** Ratio of mean absolute deviations that counts, and one over it. */
  scaleRatio: number;
  /** Coverage that is off by so much counts. */
  coverageGap: number;
  /** Growth of the Brier score that counts. */
  brierGap: number;
  /** Settled forecasts whose horizons do not overlap; below, residuals and calibration say nothing. */
  leastSettled: number;
  /** Rows of the recent window and, in windows, of the training part; below, inputs say nothing. */
  leastRows: number;
  leastWindows: number;
}

/**
 * A test alone says that a change is no chance, not that it matters, so each comes with a size:
 * - PSI 0.1 and 0.25: Siddiqi (2006), Credit Risk Scorecards, and the usage of banks since Lewis (1994). Yurdakul (2018)
 *   shows that chance alone reaches them in small samples, so that the test has to agree.
 * - a mean shift of 0.2 deviations: "small" by Cohen (1988), Statistical Power Analysis; a scale ratio of 1.25 is what
 *   an interval of 90 % turns into one of 81 % by.
 * - coverage within 88–92 % for intervals of 90 %: what docs/forecasting-drift.md promises.
 * - Brier 0.01: a twenty-fifth of the 0.25 of who knows nothing.
 * - 30 forecasts: at 25, a coverage of 70 % in the place of 90 % would be found in less than half of all cases.
 */
export const DRIFT_THRESHOLDS: DriftThresholds = {
  level: 0.03,
  psiWatch: 0.1,
  psiDrift: 0.25,
  meanShift: 0.2,
  scaleRatio: 1.25,
  coverageGap: 0.02,
  brierGap: 0.01,
  leastSettled: 30,
  leastRows: 100,
  leastWindows: 5,
};

/** Families of tests that share the level. */
export const DRIFT_FAMILIES = 3;
