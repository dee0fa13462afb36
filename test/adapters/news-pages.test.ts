import { describe, expect, it } from 'vitest';
import { readPageItem } from '../../adapters/news/pages.js';
import { plainText } from '../../domain/news/text.js';

const paragraph =
  'Shares of the miner rose after it said that its plant in the north will open a month early, in May.';
const page = `<!DOCTYPE html><html lang="en"><head><title>Miner rises | Daily</title><meta name="author" content="Ann Poe">
<script>var a = "secret()"</script></head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/x">Markets</a></li></ul></nav>
<div class="cookie-banner">We use cookies to better your stay.</div>
<article><h1>Miner rises</h1>${`<p>${paragraph} <b>More</b> follows.</p>`.repeat(6)}<script>evil()</script></article>
<footer>All rights reserved by Daily</footer></body></html>`;

describe('an item whose content is a whole page', () => {
  it('keeps the article, without menus, banners and scripts', () => {
    const item = readPageItem({ feed: 'a', title: 'Miner rises', content: page });
    const text = plainText(item.content ?? '');
    expect(text).toContain(paragraph);
    for (const other of ['Home', 'cookies', 'evil', 'secret', 'rights reserved'])
      expect(text).not.toContain(other);
    expect(item).toMatchObject({ author: 'Ann Poe', language: 'en', title: 'Miner rises' });
  });

  it.each([
    '<p>A snippet</p>',
    'Plain text',
    '',
    '<html>',
    `<html><body>${'<div>'.repeat(20_000)}`,
    `<html><body>${'<b>x</b>'.repeat(5000)}`,
  ])('is left as it is where it is none, or none is found: %.30s', (content) =>
    expect(readPageItem({ feed: 'a', content })).toEqual({ feed: 'a', content }),
  );

  it('takes little time for a large page', () => {
    for (const part of [
      `<p>${paragraph}</p>`.repeat(3500),
      '<p>'.repeat(3900),
      '<div>'.repeat(240),
      '<td><div></div>'.repeat(1900),
    ]) {
      const started = performance.now();
      readPageItem({ feed: 'a', content: `<html><body>${part}` });
      expect(performance.now() - started).toBeLessThan(4000);
    }
  });
});
