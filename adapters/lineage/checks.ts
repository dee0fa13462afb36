import { createHash } from 'node:crypto';
import type { LineageCheck, LineageNode } from '../../domain/lineage.js';
import { parseSource } from '../../domain/sources.js';
import { parseStream } from '../../domain/streams.js';
import { readSentimentPoints } from '../documents/points.js';
import type { Stores } from './walk.js';

/** Every figure below a node that can be recomputed, raw data first; what two nodes share is checked once. */
export async function checksOf(stores: Stores, root: LineageNode): Promise<LineageCheck[]> {
  const checks: LineageCheck[] = [];
  for (const node of fromTheRaw(root)) checks.push(...(await checksOfNode(stores, node)));
  return checks;
}

function fromTheRaw(root: LineageNode): LineageNode[] {
  const found = new Map<string, LineageNode>();
  const visit = (node: LineageNode): void => {
    if (found.has(node.id)) return;
    for (const parent of node.parents) visit(parent);
    found.set(node.id, node);
  };
  visit(root);
  return [...found.values()];
}

async function checksOfNode(stores: Stores, node: LineageNode): Promise<LineageCheck[]> {
  const { id, kind, facts } = node;
  if (facts['missing'])
    return [{ id, what: `record of ${kind} ${id}`, ok: false, expected: 'stored', found: 'missing' }];
  const checks: LineageCheck[] = [];
  const expected = facts['sha256'];
  for (const [object, digest] of [
    [facts['object'], expected],
    [facts['torchscript object'], facts['torchscript sha256']],
  ]) {
    if (typeof object !== 'string' || typeof digest !== 'string') continue;
    const found = (): Promise<string> => objectSha256(stores, object);
    checks.push(await check({ id, what: `sha256 of ${object}`, expected: digest }, found));
  }
  const read = id.includes('?') && typeof expected === 'string';
  if (kind === 'bars' && read)
    checks.push(await check({ id, what: 'sha256 of the bars', expected }, () => barsSha256(stores, id)));
  // A whole stream has no digest of its own: its partitions have.
  if (kind === 'bars' && id.includes('#'))
    checks.push(...(await sealsOf(stores, { id, source: String(facts['source']) })));
  if (kind === 'scores' && read)
    checks.push(await check({ id, what: 'sha256 of the scores', expected }, () => scoresSha256(stores, id)));
  return checks;
}

/** A store that cannot read what it holds (a damaged file) is a broken link too, with its own words. */
async function check(
  args: { id: string; what: string; expected: string },
  compute: () => Promise<string>,
): Promise<LineageCheck> {
  const found = await compute().catch((error: Error) => error.message);
  return { ...args, ok: found === args.expected, found };
}

async function sealsOf(
  { series }: Stores,
  { id, source }: { id: string; source: string },
): Promise<LineageCheck[]> {
  const stream = parseStream(id.slice(0, id.indexOf('#')));
  const seals = (await series.seals?.({ stream, source: parseSource(source) })) ?? [];
  return seals.map(({ name, ...state }) => ({ id, what: `sha256 of ${name}`, ...state }));
}

/** By its bytes: what a store says of an object need not be what it holds. */
async function objectSha256({ objects }: Stores, key: string): Promise<string> {
  if (!(await objects.head(key))) return 'missing';
  const hash = createHash('sha256');
  for await (const chunk of await objects.stream(key)) hash.update(chunk);
  return hash.digest('hex');
}

async function barsSha256({ series }: Stores, id: string): Promise<string> {
  const params = new URLSearchParams(id.slice(id.indexOf('?') + 1));
  const number = (name: string): number => Number(params.get(name));
  const { sha256 } = await series.digest({
    stream: parseStream(id.slice(0, id.indexOf('?'))),
    source: parseSource(params.get('source') ?? ''),
    range: { from: number('from'), to: number('to') },
    asOf: number('asOf'),
  });
  return sha256;
}

async function scoresSha256({ documents }: Stores, id: string): Promise<string> {
  const params = new URLSearchParams(id.slice(id.indexOf('?') + 1));
  const { sha256 } = await readSentimentPoints(documents, {
    asset: id.slice('scores/'.length, id.indexOf('?')),
    model: params.get('model') ?? '',
    source: parseSource(params.get('source') ?? ''),
    from: Number(params.get('from')),
    asOf: Number(params.get('asOf')),
  });
  return sha256;
}
