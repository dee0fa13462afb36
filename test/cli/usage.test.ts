import { createServer } from 'node:net';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { claimDataDirectory } from '../../adapters/data-directory.js';
import { readConfig } from '../../adapters/config.js';
import { main } from '../../cli/main.js';
import { exitCodeOf } from '../../cli/output.js';
import { endOrphans, rememberChildren } from '../../cli/platform.js';
import { startPlatform } from '../../cli/up.js';
import { temporalBinary, temporaryDirectory } from '../temporal.js';

afterEach(() => void vi.restoreAllMocks());

/** What a shell would see: the exit code, and the two outputs apart. */
async function called(argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => Boolean((text.out += String(chunk))));
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => Boolean((text.err += String(chunk))));
  const code = await main(argv);
  vi.restoreAllMocks();
  return { code, ...text };
}

const stream = 'binance/BTC-USDT/1h';
const WRONG: [line: string, offender: RegExp][] = [
  ['fly', /'fly'/],
  ['bars fly', /"bars fly"; known: .*collect, list, show/],
  ['start --fly', /'--fly'/],
  ['start extra', /too many arguments/],
  ['bars show', /'stream'/],
  ['bars show nonsense', /Unknown stream "nonsense"/],
  ['bars show binance/BTC-USDT/7h', /Unknown timeframe "7h"; known: 1m/],
  ['start --source martian', /Unknown source "martian"; known: live/],
  ['start --symbols BTC', /Unknown symbol "BTC"/],
  ['start --symbols ,', /--symbols/],
  ['start --timeframe 7m', /Unknown timeframe "7m"/],
  ['start --from yesterday-ish', /Unreadable from "yesterday-ish".*ISO 8601/],
  ['start --from 2023-06-01 --to 2023-01-01', /--from 2023-06-01 is not before --to 2023-01-01/],
  ['start --trainer oracle', /--trainer.*patchtst/],
  ['start --horizon-bars 500', /--horizon-bars.*96/],
  ['start --max-epochs few', /--max-epochs.*'few'/],
  ['start --fee-bps much', /--fee-bps.*'much'/],
  ['start --port 99999', /--port.*65535/],
  ['start --port abc', /--port.*'abc'/],
  ['worker --queues gpu,tpu', /Unknown queue "tpu"; known/],
  ['predict nonsense', /Unknown stream "nonsense"/],
  [`backtest run ${stream} --strategy smacross`, /Unknown strategy "smacross"; did you mean "sma-cross"/],
  [`backtest run ${stream} --strategy sma-cross --params {`, /--params.*not JSON/],
  [`backtest run ${stream} --strategy sma-cross --params [1]`, /--params.*JSON object/],
  [`backtest run ${stream} --strategy sma-cross --no-volume`, /--no-volume is for --local/],
  [`backtest run ${stream} --strategy sma-cross --time-unit s`, /--time-unit is for --local/],
  [`backtest sweep ${stream} --strategy sma-cross --grid {} --bars x.csv`, /--bars is for --local/],
  [`backtest verify ${stream} --strategy sma-cross --stop-bps 50`, /exits is known to the event-driven/],
  [`backtest search ${stream} --strategy ./my.ts --space {}`, /A search runs our strategies; \.\/my\.ts/],
  [`backtest search --strategy sma-cross --space {}`, /Say what to search on/],
  [`backtest portfolio ${stream} --strategy sma-cross --rebalance daily`, /Unknown rebalance rule "daily"/],
  [`backtest portfolio ${stream} --strategy sma-cross --weights 1,x`, /--weights/],
  ['backtest portfolio --strategy sma-cross', /Say what to test on: streams/],
  ['run story predict --input 17', /--input.*JSON object/],
  ['news list --limit many', /--limit.*'many'/],
  ['events requeue', /'id'/],
  ['notifications create x', /--webhook <url>, --slack <url> and --email/],
  ['notifications create x --slack https://a.example --email a@b.example', /Give one of/],
  ['notifications create x --slack https://a.example --quiet 22', /--quiet is "22".*22:00-07:00/],
];

describe('wrong usage', () => {
  it.each(WRONG)(
    '"%s" ends with 2 before anything is started, and names the offender',
    async (line, offender) => {
      const directory = temporaryDirectory();
      const { code, out, err } = await called([...line.split(' '), '--json', '--data-dir', directory.path]);
      const answer = JSON.parse(out) as { exitCode: number; error: { name: string; message: string } };
      expect(code).toBe(2);
      expect(out.trim().split('\n')).toHaveLength(1);
      expect(answer).toMatchObject({ exitCode: 2, error: { name: 'InvalidInputError' } });
      expect(answer.error.message).toMatch(offender);
      expect(err).toMatch(offender);
      expect(readdirSync(directory.path)).toEqual([]);
      directory.remove();
    },
  );

  it('without --json keeps stdout empty', async () => {
    expect(await called(['start', '--fly'])).toMatchObject({ code: 2, out: '' });
    expect(await called(['bars', 'list', '--data-dir'])).toMatchObject({ code: 2, out: '' });
  });

  it('tells its version and help with 0', async () => {
    expect(await called(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+/) });
    expect((await called(['bars', 'help'])).code).toBe(0);
  });
});

describe('a platform', () => {
  const configOf = (path: string, env: Record<string, string> = {}) =>
    readConfig({ FINSIGHT_DATA_DIR: path, FINSIGHT_ML: 'off', ...env });

  it.each(['flag', 'environment'])('refuses a port in use that was named by %s', async (by) => {
    const directory = temporaryDirectory();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const started =
      by === 'flag'
        ? startPlatform(configOf(directory.path), { port })
        : startPlatform(configOf(directory.path, { FINSIGHT_API_PORT: String(port) }));
    await expect(started).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringMatching(new RegExp(`Port ${port} on 127.0.0.1.*--port or FINSIGHT_API_PORT`)),
    });
    other.close();
    directory.remove();
  });

  it('names a Temporal server that does not answer', async () => {
    const directory = temporaryDirectory();
    const config = configOf(directory.path, { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    await expect(startPlatform(config, { port: 0 })).rejects.toThrow(
      /No Temporal server answers at 127.0.0.1:9/,
    );
    directory.remove();
  });

  it('is refused where another one holds the data directory, and not after that has ended', async () => {
    const directory = temporaryDirectory();
    const code = `import(${JSON.stringify(join(import.meta.dirname, '../../node_modules/libsql/index.js'))}).then(({ default: D }) => {
      const d = new D(${JSON.stringify(join(directory.path, 'run', 'lock'))}); d.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => d, 1000); })`;
    mkdirSync(join(directory.path, 'run'));
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code]);
    await once(holder.stdout, 'data');
    await expect(startPlatform(configOf(directory.path))).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(`A platform already runs on ${directory.path}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const claim = claimDataDirectory(directory.path);
    expect(claim).not.toBeNull();
    claim?.release();
    directory.remove();
  });

  it.each(['the directory itself', 'a folder in it'])('names a file in the place of %s', async (what) => {
    const directory = temporaryDirectory();
    const path = what === 'a folder in it' ? directory.path : join(directory.path, 'data');
    writeFileSync(what === 'a folder in it' ? join(path, 'logs') : path, '');
    await expect(startPlatform(configOf(path))).rejects.toMatchObject({
      name: 'UnreachableError',
      message: expect.stringContaining(`Cannot use ${path}: a file lies where a directory must be`),
    });
    directory.remove();
  });

  it('ends what a killed one left running, and nothing else', async () => {
    const directory = temporaryDirectory();
    const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
    const [left, other] = [sleeper(), sleeper()];
    rememberChildren(directory.path)('worker io')(left.pid ?? 0);
    const ended = once(left, 'close');
    expect(await endOrphans(directory.path)).toEqual(['worker io']);
    await ended;
    expect(other.exitCode).toBeNull();
    // The id may be another process's by now: its start says so.
    writeFileSync(
      join(directory.path, 'run', 'children.json'),
      JSON.stringify({ api: { pid: other.pid, started: 'Thu Jan  1 00:00:00 1970' } }),
    );
    expect(await endOrphans(directory.path)).toEqual([]);
    expect(other.exitCode).toBeNull();
    other.kill();
    directory.remove();
  });
});

// Without the Temporal binary (`npm test` installs it) its own file cannot be tried.
const files = ['finsight.db', 'cache.db', ...(temporalBinary() ? ['temporal/temporal.db'] : [])];

describe('a platform over damaged files', () => {
  it.each(files)('names %s at once, with exit code 4', async (name) => {
    const directory = temporaryDirectory();
    const file = join(directory.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'no database, but long enough to be read as one. '.repeat(500));
    const config = readConfig({ FINSIGHT_DATA_DIR: directory.path, FINSIGHT_ML: 'off' });
    const error: unknown = await startPlatform(config, { port: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'DataQualityError', message: expect.stringContaining(file) });
    expect(exitCodeOf(error)).toBe(4);
    directory.remove();
  });
});
