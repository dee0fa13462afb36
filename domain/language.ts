import { detectAll } from 'tinyld';

/** What is looked at of a text. */
const LOOKED_AT = 2000;

const WORDS: Record<string, string> = {
  de: 'der die das und nicht ist mit auf für von dem den des ein eine einer einen im zum zur bei nach über wird werden wurde sich aus auch noch mehr wie vor durch gegen unter seit kein keine als sind hat haben er sie es | steigt steigen fällt sinkt sinken bricht stürzt aktie aktien kurs zinsen börse anleger gewinn verlust weiter neues hoch',
  fr: 'le la les des du et est une un dans sur pour pas avec au aux par plus que qui ce cette ses son sa leur après avant contre ont sont de en | hausse baisse chute chutent bourse marché marchés bénéfice perte recule bondit actionnaires',
  es: 'el la los las del y en un una por para con que se su sus al más tras según desde sobre entre como pero ha han de no | sube suben cae caen baja bajan acciones bolsa mercado mercados precio ganancias pérdidas beneficio temor',
  it: 'il lo la gli le di del della dei delle e un una per con che si non da dal dalla nel nella sul sulla più dopo in sono | sale salgono scende crolla crollano cala azioni borsa mercato mercati utile perdita prezzo',
  pt: 'o os as do da dos das e em no na nos nas um uma por para com que se sua seu ao mais após de não são | sobe sobem cai caem queda ações bolsa mercado preço lucro prejuízo menos',
  nl: 'de het een en van voor met op te is niet aan uit bij naar door over wordt worden zijn nog meer ook in | stijgt stijgen daalt dalen koers aandeel aandelen beurs winst verlies prijs',
  pl: 'i w na z do nie się jest od po za przez dla oraz jak o | spada spadają rośnie rosną kurs akcje giełda zysk strata cena',
  tr: 've bir bu için ile da de daha çok olarak sonra gibi | yükseldi düştü fiyatı hisse hisseleri borsa dolar kar zarar',
  id: 'yang dan di ke dari untuk dengan pada ini itu akan tidak | naik turun harga saham pasar laba rugi bursa',
  sv: 'och att det som på är av för den till med inte ett om från i en | stiger faller aktien aktier börsen vinst förlust kurs',
};
/** These are English too, or parts of names: they prove little. */
const SHARED = new Set(
  'die das den des mit ein er es sa du est plus on par au son sur la le les del de en un una al el ha no se no in di lo per con non da dal sale si o os as do dos das e em na nos com van op te is over door bij i w z po za o dan di ke pada ini bu ve av det som om i as hat war fallen menos men sin her var also y a ad dolar kar kurs det winst hoch im zum vor als sind'.split(
    ' ',
  ),
);
const FOREIGN = new Map<string, [language: string, weight: number][]>();
for (const [language, words] of Object.entries(WORDS))
  for (const word of new Set(words.split(/[ |]+/)))
    FOREIGN.set(word, [...(FOREIGN.get(word) ?? []), [language, SHARED.has(word) ? 1 : 2]]);

const ENGLISH = new Set(
  'the of and with that by its has have had will after how what why are was this for to is be been as says could his their they not into than at an which who about up out it on in from over new sees amid buy sell stock stocks share shares market markets price prices profit profits loss bank gains gain falls fall rises rise down off can top deal more first report cuts cut hits set may could would year today'.split(
    ' ',
  ),
);

/** From this weight of foreign words on, and this share of it a word, a text is taken for foreign. */
const ENOUGH = 4;
const SHARE = 0.5;
/** Fewer words, all of them known, are enough where none is English. */
const FEW = 5;
/** From this share of words on that English sentences have many of, a text is English whatever was declared. */
const ENGLISH_SHARE = 0.15;

/**
 * ISO 639-1 code of the language that a text is written in; in doubt what was `declared` (`de-AT` counts as `de`), else
 * English. A script that English has not is told by the detector; Latin letters by the words that sentences need, since
 * detectors by letters take names, tickers and "NFT" for German.
 */
export function languageOf(text: string, declared?: string): string {
  const hint = /^[a-z]{2}/.exec(declared?.trim().toLowerCase() ?? '')?.[0] ?? 'en';
  const head = text.slice(0, LOOKED_AT);
  const letters = head.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length;
  if (latin < letters.length / 2) return otherScript(head, letters.length, hint);
  const words = head.toLowerCase().match(/\p{L}+/gu) ?? [];
  const weights = new Map<string, number>();
  let english = 0;
  for (const word of words) {
    if (ENGLISH.has(word)) english++;
    for (const [language, weight] of FOREIGN.get(word) ?? [])
      weights.set(language, (weights.get(language) ?? 0) + weight);
  }
  const [best, weight] = [...weights].toSorted((a, b) => b[1] - a[1])[0] ?? [hint, 0];
  const needed = english === 0 && words.length <= FEW ? ENOUGH / 2 + 1 : ENOUGH;
  if (weight >= needed && weight > 2 * english && weight >= SHARE * words.length) return best;
  if (letters.length >= LETTERS && english >= ENGLISH_SHARE * words.length) return 'en';
  return english === 0 && weight < ENOUGH ? unlisted(head, words.length, hint) : hint;
}

/** Latin languages whose words are not listed above; the detector also knows Klingon, and finds it in headlines. */
const UNLISTED = ['cs', 'ro', 'hu', 'da', 'no', 'fi', 'vi'];
const OTHERS = ['ru', 'uk', 'bg', 'el', 'he', 'ar', 'fa', 'hi', 'bn', 'ta', 'th', 'ja', 'ko', 'zh'];
/** Names and tickers mislead the detector on short texts. */
const LETTERS = 40;
const LEAST_WORDS = 8;
const SURE = 0.7;

function unlisted(text: string, words: number, hint: string): string {
  // Sentences of these languages have letters that English has not; names of companies have none.
  if (words < LEAST_WORDS || !/(?=[^a-z])\p{Ll}/u.test(text)) return hint;
  const [best] = detectAll(text.slice(0, 1000), { only: ['en', ...Object.keys(WORDS), ...UNLISTED] });
  return best && best.accuracy >= SURE && UNLISTED.includes(best.lang) ? best.lang : hint;
}

/** Two letters of a script that English has not say enough; which language it is takes more of them. */
function otherScript(text: string, letters: number, hint: string): string {
  const [best] = letters < 6 ? [] : detectAll(text.slice(0, 1000), { only: OTHERS });
  if (best) return best.lang;
  if (letters < 2 || hint !== 'en') return hint;
  const script = SCRIPTS.find(([, sign]) => sign.test(text));
  return script?.[0] ?? 'und';
}

const SCRIPTS: [language: string, sign: RegExp][] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['ko', /\p{Script=Hangul}/u],
  ['zh', /\p{Script=Han}/u],
  ['ru', /\p{Script=Cyrillic}/u],
  ['el', /\p{Script=Greek}/u],
  ['he', /\p{Script=Hebrew}/u],
  ['ar', /\p{Script=Arabic}/u],
  ['hi', /\p{Script=Devanagari}/u],
  ['bn', /\p{Script=Bengali}/u],
  ['ta', /\p{Script=Tamil}/u],
  ['th', /\p{Script=Thai}/u],
];
