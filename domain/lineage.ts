import { formatSource, type Source } from './sources.js';

/** What a stored thing is, told from the form of its id. */
export type LineageKind =
  | 'run'
  | 'prediction'
  | 'backtest'
  | 'evaluation'
  | 'model'
  | 'dataset'
  | 'bars'
  | 'scores'
  | 'article'
  | 'fetch'
  | 'baseline'
  | 'drift';

export type Fact = string | number | boolean | null;

/** One step of the way back; `parents` is what it was made from. */
export interface LineageNode {
  /** What `finsight explain` takes; a read of bars or scores has an id of its own form. */
  id: string;
  kind: LineageKind;
  facts: Record<string, Fact>;
  parents: LineageNode[];
}

/** What a venue sent, as it came. */
export interface VenueAnswer {
  /** Path and query of the request. */
  request: string;
  body: string;
}

export type FileReading = Record<string, string | number | boolean>;

/** A file of bars that was put into the store and kept, so that bars of it can be brought back. */
export interface KeptFile {
  name: string;
  object: { key: string; sha256: string };
  reading: FileReading;
}

/** Bars that came in together: a page of a venue, a file, a live stretch, or bars made from other bars. */
export interface FetchedPage {
  stream: string;
  source: Source;
  /** Bar opens [from, to) that the page is for. */
  from: number;
  to: number;
  bars: number;
  rejected: number;
  /** What a venue answered; empty where the bars came otherwise. */
  answers: VenueAnswer[];
  /** How they came where it was no request. */
  origin?: string;
  /** The file that they came from, where it lies now, and the options that it was read by. */
  file?: { name: string; path: string; sha256: string; reading: FileReading };
  /** Ids of what they were made from. */
  parents?: string[];
  /** Workflow id of the story that asked. */
  workflow: string | null;
}

/** A page ready to be recorded: of what was answered only the digest, and the bytes where they are to be kept. */
export interface SealedPage extends Omit<FetchedPage, 'answers'> {
  /** `ftc_` and 24 hex digits; the same answer to the same request is the same record. */
  id: string;
  /** Hex sha256 of what was answered, or of how the bars came. */
  content: string;
  requests: string[];
  /** Gzipped lines of `{ request, body }`; null where answers are not kept. */
  packed: Uint8Array | null;
}

/** One recomputed figure beside the recorded one. */
export interface LineageCheck {
  id: string;
  /** What was recomputed, such as `sha256 of models/…/model.onnx`. */
  what: string;
  ok: boolean;
  expected: string;
  found: string;
}

export interface Verification {
  id: string;
  ok: boolean;
  checks: number;
  /** The broken link nearest to the raw data; null where all hold. */
  firstBroken: LineageCheck | null;
  broken: LineageCheck[];
}

/** @param checks in the order from the raw data to the result */
export function verificationOf(id: string, checks: LineageCheck[]): Verification {
  const broken = checks.filter((check) => !check.ok);
  return { id, ok: broken.length === 0, checks: checks.length, firstBroken: broken[0] ?? null, broken };
}

/** The tree as indented lines for people; a node that was shown before is named only. */
export function renderLineage(root: LineageNode): string[] {
  const shown = new Set<string>();
  const lines: string[] = [];
  const show = (node: LineageNode, depth: number): void => {
    const indent = '  '.repeat(depth);
    if (shown.has(node.id)) return void lines.push(`${indent}${node.kind} ${node.id} (see above)`);
    shown.add(node.id);
    lines.push(`${indent}${node.kind} ${node.id}`);
    for (const [name, value] of Object.entries(node.facts))
      if (value !== null) lines.push(`${indent}  · ${name}: ${value}`);
    for (const parent of node.parents) show(parent, depth + 1);
  };
  show(root, 0);
  return lines;
}

/** The last time that a date can hold, epoch ms. */
export const LAST_INSTANT = 8.64e15;

/** `<stream>?source=…&from=…&to=…&asOf=…`: a read of bars has an id, so that it can be explained again. */
export function barsId(read: {
  stream: string;
  source: Source;
  from: number;
  to: number;
  asOf: number;
}): string {
  const { stream, source, from, to, asOf } = read;
  return `${stream}?${queryOf({ source: formatSource(source), from, to, asOf: Math.min(asOf, LAST_INSTANT) })}`;
}

export const queryOf = (members: Record<string, string | number>): string =>
  new URLSearchParams(
    Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)])),
  ).toString();
