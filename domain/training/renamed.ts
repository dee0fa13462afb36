import { seededRandom } from '../random.js';
import type { LabelledText } from './labelled.js';

/** What headlines of other markets than the labelled ones speak of. */
const NAMES = [
  ...[
    'Bitcoin',
    'Ethereum',
    'Ripple',
    'XRP',
    'Solana',
    'Cardano',
    'Dogecoin',
    'Polkadot',
    'Binance',
    'Coinbase',
  ],
  ...[
    'Litecoin',
    'Avalanche',
    'Polygon',
    'Chainlink',
    'Tether',
    'Uniswap',
    'Kraken',
    'Tezos',
    'Stellar',
    'Cosmos',
  ],
  ...[
    'BTC',
    'ETH',
    'Bitcoin miners',
    'crypto exchange',
    'NFT marketplace',
    'stablecoin',
    'gold',
    'crude oil',
  ],
];
/** Share of names that become one of NAMES instead of another labelled one. */
const FOREIGN = 0.6;
const WEIGHT = 0.5;

/**
 * Copies of a share of the rows whose text names an asset with a label, with other names at half the weight, so that a
 * model reads what is said, not of whom.
 */
export function renamedCopies(
  rows: LabelledText[],
  { share, seed }: { share: number; seed: string },
): LabelledText[] {
  const random = seededRandom(`renamed:${seed}`);
  const pick = (names: readonly string[]): string => names[Math.floor(random() * names.length)] ?? '';
  const labelled = [...new Set(rows.map(({ target }) => target).filter(Boolean))].sort();
  const named = new Map<string, Set<string>>();
  for (const { text, target } of rows)
    if (target) named.set(text, (named.get(text) ?? new Set()).add(target));
  return rows.flatMap((row) => {
    const known = [...(named.get(row.text) ?? [])].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    if (known.length === 0 || random() >= share) return [];
    const others = new Map(known.map((name) => [name, pick(random() < FOREIGN ? NAMES : labelled)]));
    const text = known.reduce(
      (told, name) => told.replaceAll(name, () => others.get(name) ?? name),
      row.text,
    );
    return [{ ...row, text, target: others.get(row.target) ?? row.target, weight: row.weight * WEIGHT }];
  });
}
