import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

describe('finsight news tag', () => {
  const directory = temporaryDirectory();
  const tag = (text: string) => runCommand(['news', 'tag', '--text', text, '--local', '--json']);
  afterEach(() => delete process.env['FINSIGHT_INSTRUMENTS']);

  it('answers tickers, places in the given text, topics and the language', async () => {
    const text =
      'Der  Bitcoin-Kurs fällt, LINK/USDT auch: die SEC klagt gegen Binance und die Anleger sind nervös';
    const { code, answer } = await tag(text);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ tickers: ['BTC', 'LINK', 'USDT'], language: 'de', text });
    for (const { from, to, surface } of answer['mentions'] as { from: number; to: number; surface: string }[])
      expect(text.slice(from, to)).toBe(surface);
  });

  it('cleans HTML and tells the text that places refer to', async () => {
    const { answer } = await tag('<p>$sol &amp; ether</p><script>bitcoin</script>');
    expect(answer).toMatchObject({ tickers: ['ETH', 'SOL'], text: '$sol & ether' });
  });

  it("takes the user's file, and names what is wrong with it", async () => {
    const file = join(directory, 'own.json');
    process.env['FINSIGHT_INSTRUMENTS'] = file;
    writeFileSync(file, '{"entities":[{"id":"ACME","kind":"stock","names":["acme"]}]}');
    expect((await tag('Acme rises')).answer['tickers']).toEqual(['ACME']);
    writeFileSync(file, '{"entities":[{"id":"ACME"}]}');
    const { code, answer } = await tag('Acme rises');
    expect(code).toBe(2);
    expect(JSON.stringify(answer)).toContain('entities.0.kind');
  });
});
