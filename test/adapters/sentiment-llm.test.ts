import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { SentimentModel } from '../../domain/sentiment/scores.js';
import { temporaryDirectory } from '../temporal.js';

interface Item {
  index: number;
  text: string;
  target?: string;
}
type Behaviour = (items: Item[], response: ServerResponse, request: IncomingMessage) => void;

const json = (response: ServerResponse, body: unknown, status = 200, headers = {}): void =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
const chat = (response: ServerResponse, content: string | null, more: object = {}): void =>
  json(response, {
    choices: [{ message: { content, ...more }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 300, completion_tokens: 100 },
  });
const scored = (items: Item[]): string =>
  JSON.stringify({
    scores: items.map(({ index, text }) => ({
      index,
      ...(/rises/.test(text)
        ? { negative: 0.05, neutral: 0.15, positive: 0.8 }
        : { negative: 0.7, neutral: 0.2, positive: 0.1 }),
    })),
  });
const good: Behaviour = (items, response) => chat(response, scored(items));

let server: Server;
let behaviour: Behaviour;
let seen: { items: Item[]; body: Record<string, unknown>; key: string | undefined }[];
let url: string;
let directory: ReturnType<typeof temporaryDirectory>;
let ports: Ports;
let llm: SentimentModel;

const open = (more: Record<string, string> = {}): Ports =>
  openPorts(
    readConfig({
      FINSIGHT_DATA_DIR: directory.path,
      FINSIGHT_LLM_URL: `${url}/v1/`,
      FINSIGHT_LLM_MODEL: 'made-model',
      FINSIGHT_LLM_KEY: 'a-key-of-the-test',
      FINSIGHT_LLM_PRICES: '1,2',
      FINSIGHT_LLM_TIMEOUT_MS: '700',
      ...more,
    }),
  );

beforeEach(async () => {
  behaviour = good;
  seen = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown> & { messages: { content: string }[] };
      const items = JSON.parse(body.messages[1]!.content) as Item[];
      seen.push({ items, body, key: request.headers.authorization });
      if (request.url === '/v1/chat/completions') behaviour(items, response, request);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  directory = temporaryDirectory();
  ports = open();
  llm = await ports.sentiment.choose({ model: 'llm' });
});
afterEach(async () => {
  await ports.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  directory.remove();
});

const texts = (...all: string[]) => all.map((text) => ({ text, language: 'en' }));
const durable = (all: { text: string; language: string }[], more = {}) =>
  ports.sentiment.score(llm, all, { durable: true, ...more });

describe('an LLM as a sentiment model', () => {
  it('is asked once for each text, by its key, model and form, some texts at a time', async () => {
    const many = texts(...Array.from({ length: 20 }, (_, i) => `Coin ${i} ${i % 2 ? 'rises' : 'falls'}`));
    const answers = await durable([...many, many[0]!]);
    expect(answers.map(({ label }) => label)).toEqual([
      ...many.map((_, i) => (i % 2 ? 'positive' : 'negative')),
      'negative',
    ]);
    expect(seen.map(({ items }) => items.length).sort()).toEqual([4, 8, 8]);
    expect(seen[0]).toMatchObject({
      key: 'Bearer a-key-of-the-test',
      body: { model: 'made-model', temperature: 0, response_format: { type: 'json_schema' } },
    });
    // Kept by text and model, also for another process; a target is another question.
    const other = open();
    await other.sentiment.score(llm, many, { durable: true });
    expect(seen).toHaveLength(3);
    await other.sentiment.score(llm, [{ ...many[0]!, target: 'Coin 0' }], { durable: true });
    expect(seen.at(-1)?.items).toEqual([{ index: 0, text: 'Coin 0 falls', target: 'Coin 0' }]);
    await other.close();
  });

  it('reads any language, is not asked about nothing, and gets no more than the beginning of a text', async () => {
    const found = await durable([
      { text: '', language: 'en' },
      { text: '🚀', language: 'en' },
      { text: 'Kurs fällt', language: 'de' },
      { text: `x rises ${'y'.repeat(1_000_000)}`, language: 'en' },
    ]);
    expect(found.map(({ label, reason }) => [label, reason])).toEqual([
      ['neutral', 'the text is empty'],
      ['neutral', 'the text has no words'],
      ['negative', null],
      ['positive', null],
    ]);
    expect(seen[0]?.items.map(({ text }) => text.length)).toEqual([10, 2000]);
  });

  const faults: [string, Behaviour, RegExp][] = [
    ['prose', (_, response) => chat(response, 'I think it rises!'), /answers nonsense for 2 of 2 texts/],
    ['nothing', (_, response) => chat(response, ''), /it is empty/],
    ['null', (_, response) => chat(response, null), /it is empty/],
    ['a refusal', (_, response) => chat(response, null, { refusal: 'I cannot' }), /it refuses: I cannot/],
    [
      'another label set',
      (items, response) =>
        chat(
          response,
          JSON.stringify({ scores: items.map(({ index }) => ({ index, bullish: 1, bearish: 0 })) }),
        ),
      /scores.0.negative.*wanted are scores with index, negative, neutral, positive/,
    ],
    [
      'probabilities that add up to more',
      (items, response) =>
        chat(
          response,
          JSON.stringify({
            scores: items.map(({ index }) => ({ index, negative: 1, neutral: 1, positive: 1 })),
          }),
        ),
      /add up to 3.000/,
    ],
    [
      'fewer items',
      (items, response) => chat(response, scored(items.slice(1))),
      /nonsense for 1 of 2.*item 0 is missing/,
    ],
    [
      'no chat interface',
      (_, response) => json(response, { hello: 1 }),
      /does not answer as a chat interface/,
    ],
    [
      'HTTP 429',
      (_, response) => json(response, { error: 'slow down' }, 429, { 'retry-after': '7' }),
      /HTTP 429.*retry after 7 s/,
    ],
    ['HTTP 500', (_, response) => json(response, {}, 500), /HTTP 500/],
    ['HTTP 401', (_, response) => json(response, { error: 'no a-key-of-the-test' }, 401), /HTTP 401/],
    ['silence', () => undefined, /was not done within 0.7 s|no answer in time/],
    [
      'half an answer',
      (_, response) => response.writeHead(200, { 'content-length': '1000' }).write('{'),
      /does not answer/,
    ],
    ['a cut connection', (_, response) => response.destroy(), /does not answer/],
  ];
  it.each(faults)(
    '%s: an error in durable work, the served model in its place else',
    async (_, fault, reason) => {
      behaviour = fault;
      const asked = texts('Bitcoin rises', 'Bitcoin falls');
      const error: Error = await durable(asked).then(
        () => new Error('none'),
        (thrown: Error) => thrown,
      );
      expect(error.message).toMatch(reason);
      expect(error.message).not.toContain('a-key-of-the-test');
      expect(error.name).toMatch(/401/.test(error.message) ? 'InvalidInputError' : 'UnreachableError');
      const [answer] = await ports.sentiment.score(llm, asked);
      const served = await ports.sentiment.choose();
      expect(answer?.model).toBe(`${served.ref.name}@${served.ref.version}`);
      expect(answer?.fallback?.asked).toBe(`llm@${llm.ref.version}`);
      expect(answer?.fallback?.reason).toMatch(/LLM|HTTP|answer/);
    },
  );

  it('is left alone for as long as it said, by every process, and asked again then', async () => {
    behaviour = (_, response) => json(response, {}, 429, { 'retry-after': '1' });
    await expect(durable(texts('Bitcoin rises'))).rejects.toMatchObject({ retryAfterMs: 1000 });
    behaviour = good;
    const other = open();
    const again = () => other.sentiment.score(llm, texts('Bitcoin rises'), { durable: true });
    await expect(again()).rejects.toThrow(/is left alone for 1 s more, since .*HTTP 429/);
    expect(seen).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await again())[0]?.label).toBe('positive');
    await other.close();
  });

  it('keeps what came before a fault, and gives up on one text alone', async () => {
    behaviour = (items, response) =>
      chat(response, items.some(({ text }) => /poison/.test(text)) ? 'no' : scored(items));
    const all = texts('poison', ...Array.from({ length: 11 }, (_, i) => `Coin ${i} rises`));
    await expect(durable(all)).rejects.toThrow(/nonsense for 8 of 8/);
    const found = await durable(all, { giveUp: true });
    expect(found[0]).toMatchObject({
      label: 'neutral',
      abstained: true,
      reason: 'the model gave no usable answer, however often it was asked',
    });
    expect(found.slice(1).every(({ label, abstained }) => label === 'positive' && !abstained)).toBe(true);
  });

  it('reads JSON between fences', async () => {
    behaviour = (items, response) => chat(response, `\`\`\`json\n${scored(items)}\n\`\`\``);
    expect((await durable(texts('Bitcoin rises')))[0]?.label).toBe('positive');
  });

  it('has few requests at a time', async () => {
    let [running, most] = [0, 0];
    behaviour = (items, response) => {
      most = Math.max(most, ++running);
      setTimeout(() => {
        running--;
        chat(response, scored(items));
      }, 30);
    };
    await durable(texts(...Array.from({ length: 80 }, (_, i) => `Coin ${i} rises`)));
    expect(most).toBe(4);
  });
});

describe('the budget of a day', () => {
  const limited = async (more: Record<string, string>) => {
    await ports.close();
    ports = open(more);
    llm = await ports.sentiment.choose({ model: 'llm' });
  };

  it('counts what was spent, over all processes, and refuses with the reason', async () => {
    await limited({ FINSIGHT_LLM_DAILY_TOKENS: '2000' });
    await durable(texts('Bitcoin rises'));
    // 400 tokens by the answer's own figures; 300 at 1 and 100 at 2 a million.
    expect(await ports.sentimentModels.spending()).toMatchObject({ tokens: 400, requests: 1 });
    expect((await ports.sentimentModels.spending())?.cost).toBeCloseTo(0.0005, 12);
    const other = open({ FINSIGHT_LLM_DAILY_TOKENS: '2000' });
    let refused: Error | null = null;
    for (let i = 0; i < 6 && !refused; i++)
      await other.sentiment
        .score(llm, texts(`Coin ${i}`), { durable: true })
        .catch((error: Error) => void (refused = error));
    expect(refused).toMatchObject({
      name: 'BudgetSpentError',
      message: expect.stringMatching(
        /budget of the day is spent: \d+ of 2000 tokens; it goes on at .*T00:00:00.000Z/,
      ),
    });
    expect((await other.sentimentModels.spending())?.tokens).toBeLessThanOrEqual(2000);
    // What is known costs nothing, and people get the served model's answer.
    expect((await durable(texts('Bitcoin rises')))[0]?.label).toBe('positive');
    const [answer] = await ports.sentiment.score(llm, texts('Something else'));
    expect(answer?.fallback?.reason).toMatch(/budget of the day is spent/);
    await other.close();
  });

  it('is kept by many that ask at once', async () => {
    await limited({ FINSIGHT_LLM_DAILY_TOKENS: '3000' });
    await durable(texts(...Array.from({ length: 100 }, (_, i) => `Coin ${i}`))).catch(() => undefined);
    expect((await ports.sentimentModels.spending())?.tokens).toBeLessThanOrEqual(3000);
  });

  it('is of money, too', async () => {
    await limited({ FINSIGHT_LLM_DAILY_COST: '0.0001' });
    await expect(durable(texts('Bitcoin rises'))).rejects.toThrow(/0.0000 of 0.0001 in money/);
    expect(seen).toHaveLength(0);
  });

  it('is not charged for a refusal, but for an answer that did not come', async () => {
    behaviour = (_, response) => json(response, {}, 400);
    await expect(durable(texts('Bitcoin rises'))).rejects.toThrow(/HTTP 400/);
    expect(await ports.sentimentModels.spending()).toMatchObject({ tokens: 0, requests: 1 });
    behaviour = () => undefined;
    await expect(durable(texts('Bitcoin rises'))).rejects.toThrow(/does not answer/);
    expect((await ports.sentimentModels.spending())?.tokens).toBeGreaterThan(100);
  });
});

it('a wrong configuration is told', () => {
  const read = (env: Record<string, string>) => () =>
    readConfig({ FINSIGHT_DATA_DIR: directory.path, ...env });
  expect(read({ FINSIGHT_LLM_URL: 'http://a/v1' })).toThrow(/FINSIGHT_LLM_MODEL/);
  expect(read({ FINSIGHT_LLM_URL: 'ftp://a' })).toThrow(/FINSIGHT_LLM_URL: an address is/);
  expect(read({ FINSIGHT_LLM_PRICES: '1' })).toThrow(/two prices/);
  expect(read({})().llm).toBeNull();
});
