import { seededRandom } from '../../domain/random.js';

const HEADLINES = [
  'SpiceJet to issue 6.4 crore warrants to promoters',
  "Elon Musk's $44bn bid: what's next for $TWTR?",
  'Fed hikes rates by 75bps; S&P 500 -3.2% (worst since 2020)',
  'Ethereum’s “Merge” is live—here’s what it means…',
  '@user RT: #Bitcoin to the moon!!! https://t.co/aB3_x?y=1&z=2',
  'Société Générale übernimmt Größe für 1.000,50 €',
];
const PIECES = [
  ...['[SEP]', '[CLS]', '[UNK]', '[MASK]', '[PAD]', '[sep]', '[ SEP ]', '##ing', '<s>', '[CLS'],
  ...['ΟΔΟΣ', 'İstanbul', 'ﬁnance', 'Å', 'A\u030a', 'Straße', 'ẞ', 'ǅ', '㎏', '①', '½', 'Ⅷ', 'ℌ'],
  ...['\u0301', '\u0323', '\u0334', '\u0345', '\u08d4', '\u{1e8d0}', '\u{1e944}'],
  ...['🚀', '👨‍👩‍👧', '🇩🇪', '❤️', '🧑🏽‍💻', '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'],
  ...[
    '\t',
    '\n',
    '\r\n',
    '\u00a0',
    '\u3000',
    '\u200b',
    '\u2028',
    '\ufeff',
    '\u0085',
    '\u001c',
    '\0',
    '\ufffd',
  ],
  ...[
    '比特币',
    'ビット',
    '비트코인',
    '\u{20001}',
    '\uf901',
    '\u{2f801}',
    'बिटकॉइन',
    'بيتكوين',
    'ביטקוין',
    'ไทย',
  ],
  ...[
    '$BTC',
    '#tag',
    '5.3%',
    '-1,000.50',
    '“q”',
    '—',
    '…',
    '\u{111c9}',
    '\u166d',
    '\u{1e95e}',
    '\u2e4f',
    "don't",
  ],
];

/** Texts that tokenizers differ on, and texts with a target; the same for the same seed. */
export function hardTexts(count: number, seed: string): [text: string, target: string | null][] {
  const random = seededRandom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const character = (most: number): string => {
    const code = below(most);
    return code >= 0xd800 && code < 0xe000 ? '' : String.fromCodePoint(code);
  };
  const ways = [
    () => pick(HEADLINES).split(' ').slice(below(4), 5).join(' '),
    () => pick(PIECES),
    () => character(0x2000),
    () => character(0x11_0000),
    () => character(0x3_2400),
    () => 'a'.repeat(90 + below(20)),
    () => ' '.repeat(below(4)),
    () => pick(HEADLINES).normalize('NFD'),
    () => pick(PIECES) + pick(PIECES) + pick(PIECES),
  ];
  const text = (most: number): string =>
    Array.from(
      { length: below(most) },
      () => (ways[below(ways.length)]?.() ?? '') + (below(5) < 3 ? ' ' : ''),
    ).join('');
  return Array.from({ length: count }, () => [text(30), below(10) < 3 ? text(6) || 'x' : null]);
}
