/** A file that somebody sent: bars in any format, for `transformBars` or to be converted. Never changed. */
export interface Upload {
  /** The name it was sent under. */
  id: string;
  /** Where its bytes lie among the objects. */
  key: string;
  sha256: string;
  bytes: number;
  /** By its name; null where that does not say it. */
  format: string | null;
  createdAt: number;
  createdBy: string;
}
