import { fingerprint, HEAD, KEYS } from './fingerprint.js';
import { similarity } from './similarity.js';

/** Near-duplicates of what was added, by slot numbers from 0 in the order of adding. */
export interface NearIndex {
  readonly size: number;
  /** Takes a copy. Returns the slot. */
  add(print: Uint32Array): number;
  /**
   * Calls `found` for each slot whose fingerprint is at least `threshold` near, itself left out where it is one. A key
   * that more than `crowd` share is passed over: a thousand texts of one pattern tell nothing by it.
   */
  probe(search: Search): void;
  /** Where the fingerprint of a slot lies. */
  read(slot: number): { data: Uint32Array; at: number };
}

export interface Search {
  print: Uint32Array;
  at?: number;
  /** Its own slot, or none. */
  self?: number;
  threshold: number;
  crowd?: number;
  found(slot: number, similarity: number): void;
}

/** 64 KiB of numbers at a time: growing copies no fingerprint, and a small index stays small. */
const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
/** Of the number of keys, which is a power of two: division would be the greater part of a probe. */
const KEY_BITS = Math.log2(KEYS);
const FIRST = 64;
const CROWD = 4096;

/** Entries of one key hang in chains by its lowest bits; entry = slot · KEYS + place of the key. */
interface State {
  chunks: Uint32Array[];
  /** Of the last chunk. */
  used: number;
  size: number;
  places: Uint32Array;
  /** The last probe that has seen the slot. */
  stamps: Uint32Array;
  round: number;
  next: Int32Array;
  heads: Int32Array;
}

/** An index in typed arrays: about 0.5 KiB for each article, nothing allocated for a probe. */
export function nearIndex(): NearIndex {
  const state: State = {
    ...{ chunks: [], used: CHUNK, size: 0, round: 0 },
    ...emptyTables(FIRST),
    places: new Uint32Array(FIRST),
    stamps: new Uint32Array(FIRST),
  };
  return {
    get size() {
      return state.size;
    },
    add(print) {
      if (state.size === state.places.length) grow(state);
      if (state.used + print.length > CHUNK) {
        state.chunks.push(new Uint32Array(CHUNK));
        state.used = 0;
      }
      state.chunks.at(-1)?.set(print, state.used);
      state.places[state.size] = (state.chunks.length - 1) * CHUNK + state.used;
      state.used += print.length;
      link(state, state.size);
      return state.size++;
    },
    probe(search) {
      state.round++;
      const { print, at = 0, crowd = CROWD } = search;
      for (let i = 0; i < KEYS; i++) {
        const key = print[at + HEAD + i] as number;
        if (key !== 0 && !isCrowded(state, key, crowd)) walk(state, key, search);
      }
    },
    read: (slot) => ({ data: chunkOf(state, slot), at: placeOf(state, slot) }),
  };
}

const emptyTables = (capacity: number): Pick<State, 'next' | 'heads'> => ({
  next: new Int32Array(capacity * KEYS),
  heads: new Int32Array(capacity * KEYS).fill(-1),
});

const chunkOf = ({ chunks, places }: State, slot: number): Uint32Array =>
  chunks[(places[slot] as number) >>> CHUNK_BITS] as Uint32Array;
const placeOf = ({ places }: State, slot: number): number => (places[slot] as number) & (CHUNK - 1);

function keyAt(state: State, entry: number): number {
  const slot = entry >>> KEY_BITS;
  return chunkOf(state, slot)[placeOf(state, slot) + HEAD + (entry & (KEYS - 1))] as number;
}

function link(state: State, slot: number): void {
  const { next, heads } = state;
  for (let i = 0; i < KEYS; i++) {
    const entry = slot * KEYS + i;
    const key = keyAt(state, entry);
    if (key === 0) continue;
    const head = key & (heads.length - 1);
    next[entry] = heads[head] as number;
    heads[head] = entry;
  }
}

function grow(state: State): void {
  const capacity = 2 * state.places.length;
  state.places = copied(new Uint32Array(capacity), state.places);
  state.stamps = copied(new Uint32Array(capacity), state.stamps);
  Object.assign(state, emptyTables(capacity));
  for (let slot = 0; slot < state.size; slot++) link(state, slot);
}

function isCrowded(state: State, key: number, crowd: number): boolean {
  const { next, heads } = state;
  let count = 0;
  for (let entry = heads[key & (heads.length - 1)] as number; entry >= 0; entry = next[entry] as number)
    if (keyAt(state, entry) === key && ++count > crowd) return true;
  return false;
}

function walk(state: State, key: number, search: Search): void {
  const { next, heads, stamps, round } = state;
  for (let entry = heads[key & (heads.length - 1)] as number; entry >= 0; entry = next[entry] as number) {
    if (keyAt(state, entry) !== key) continue;
    const slot = entry >>> KEY_BITS;
    if (stamps[slot] === round || slot === search.self) continue;
    stamps[slot] = round;
    const near = similarity(search.print, search.at ?? 0, chunkOf(state, slot), placeOf(state, slot));
    if (near >= search.threshold) search.found(slot, near);
  }
}

function copied(larger: Uint32Array, smaller: Uint32Array): Uint32Array {
  larger.set(smaller);
  return larger;
}

/** How nearly two plain articles are one text, without an index. */
export function nearness(
  a: { title: string; text: string; host?: string },
  b: { title: string; text: string; host?: string },
): number {
  const first = fingerprint(a).slice();
  return similarity(first, 0, fingerprint(b), 0);
}
