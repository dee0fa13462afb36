export type LeakCheckName =
  | 'future-shuffled'
  | 'recomputed-late'
  | 'target-copied'
  | 'stored-columns'
  | 'parts-apart'
  | 'labels-shuffled'
  | 'labels-shifted'
  | 'accuracy';

export interface LeakCheck {
  check: LeakCheckName;
  /** `explained`: it would be a leak, but a person has said why it is none. */
  verdict: 'pass' | 'leak' | 'skipped' | 'explained';
  /** One sentence. */
  text: string;
  /** What was measured, and the bound that it is held against; null where there is no one figure. */
  figure: number | null;
  bound: number | null;
  explanation?: string;
}

export interface LeakAudit {
  passed: boolean;
  checks: LeakCheck[];
}

/** Why an audit failed, one sentence a check. */
export const leaksOf = ({ checks }: LeakAudit): string[] =>
  checks.flatMap(({ check, verdict, text }) => (verdict === 'leak' ? [`${check}: ${text}`] : []));
