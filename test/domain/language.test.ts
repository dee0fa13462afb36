import { describe, expect, it } from 'vitest';
import { languageOf } from '../../domain/language.js';

describe('the language a text is written in', () => {
  it.each([
    ['Bitcoin steigt auf neues Hoch', 'de'],
    ['La bolsa cae con fuerza', 'es'],
    ["L'action Apple chute en bourse", 'fr'],
    ['Il bitcoin crolla del 10%', 'it'],
    ['O bitcoin cai para menos de 20 mil dólares', 'pt'],
    ['Bitcoin fiyatı düştü', 'tr'],
    ['Биткоин растёт', 'ru'],
    ['比特币价格大涨', 'zh'],
    ['ビットコインが急騰', 'ja'],
    ['비트코인 급등', 'ko'],
    ['Η τιμή του bitcoin πέφτει', 'el'],
  ])('%j: %s', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });

  it.each([
    'BTC up 5%',
    'Elon Musk dunks on Twitters integration with NFTs',
    'Die Hard stocks rally',
    'De Beers sales fall',
    'Al Gore to no avail in Des Moines',
    'Deutsche Boerse to buy Credit Suisse unit',
    'La Liga signs crypto deal',
    '',
    '🚀🚀🚀',
  ])('%j is taken for English', (text) => {
    expect(languageOf(text)).toBe('en');
  });
});

describe('the language of an article', () => {
  it.each([
    ['Der Bitcoin-Kurs ist am Montag um fünf Prozent gefallen und die Anleger sind nervös', 'de'],
    ['El precio de bitcoin cae un cinco por ciento este lunes tras la decisión de la Fed', 'es'],
    ['Биткоин упал на пять процентов', 'ru'],
    ['Blue-Chip NFTs plunge', 'en'],
    ['gDEX: Introducing a Cross-Chain P2E Guild Management Tool', 'en'],
    ['Cena bitcoinu klesla pod dvacet tisíc dolarů, těžaři prodávají své zásoby', 'cs'],
    ['What to know about the sudden fall of Dogecoin and its founders', 'en'],
  ])('of %j is %s', (text, language) => expect(languageOf(text, 'en-US')).toBe(language));

  it('is what the feed declares where the text is too short to tell', () => {
    expect(languageOf('Bitcoin ETF', 'fr-FR')).toBe('fr');
    expect(languageOf('Bitcoin ETF', '')).toBe('en');
  });
});
