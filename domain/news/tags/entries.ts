import type { EntityRule } from './rules.js';

/** Names are enough in any case, the symbol too unless `symbol` says how it is to be read. */
export const coin = (id: string, names: string[] = [], more: Partial<EntityRule> = {}): EntityRule => ({
  id,
  kind: 'crypto',
  names,
  ...more,
});
/** The symbol counts in capitals only. */
export const strict = (id: string, names: string[] = [], more: Partial<EntityRule> = {}): EntityRule =>
  coin(id, names, { symbol: 'capitals', ...more });
/** The symbol is an English word: capitals do not make it one in a text on something else. */
export const ambiguous = (id: string, names: string[] = [], more: Partial<EntityRule> = {}): EntityRule =>
  coin(id, names, { symbol: 'context', ...more });
/** The symbol counts as $ONE, (ONE), ONE/USDT and ONE token only. */
export const marked = (id: string, names: string[] = [], more: Partial<EntityRule> = {}): EntityRule =>
  coin(id, names, { symbol: 'marked', ...more });
export const stock = (id: string, names: string[], more: Partial<EntityRule> = {}): EntityRule => ({
  id,
  kind: 'stock',
  names,
  symbol: 'marked',
  ...more,
});
