/** When a market trades on a day; epoch ms. */
export interface Session {
  /** The trading date, as its midnight UTC: what bars of a day or more are dated by. */
  date: number;
  from: number;
  to: number;
}
