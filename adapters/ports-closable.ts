/** An adapter closes twice without harm. A part of ports.ts. */
export interface Closable {
  close(): Promise<void>;
}
