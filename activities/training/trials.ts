/** What a trial of a tuning answers; nothing of it is registered. */
export interface TrialReport {
  epochs: number;
  seconds: number;
  /** Least loss of the validation part; of a sentiment model, that of the epoch. */
  validationLoss: number;
  validationAccuracy?: number;
  validationMacroF1?: number;
}
