import { afterAll, beforeAll, vi } from 'vitest';
import { main } from '../../cli/main.js';
import { writePlatform } from '../../cli/platform.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from '../api/made-platform.js';

/** What a shell sees of a command. */
export interface Called {
  code: number;
  out: string;
  err: string;
  /** The JSON object that was printed last, or an empty one. */
  answer: Record<string, unknown> & { items?: Record<string, unknown>[]; error?: { message: string } };
}

/** Runs a command in this process; the two outputs apart. */
export async function called(argv: string[]): Promise<Called> {
  const text = { out: '', err: '' };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => Boolean((text.out += String(chunk)))),
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => Boolean((text.err += String(chunk)))),
  ];
  const code = await main(argv);
  for (const spy of spies) spy.mockRestore();
  const last = text.out.trim().split('\n').at(-1) ?? '';
  return { code, ...text, answer: last.startsWith('{') ? (JSON.parse(last) as Called['answer']) : {} };
}

/** A platform as the command line finds it, filled before the file's tests. */
export function commandPlatform(fill: (platform: TestPlatform) => Promise<void>) {
  const directory = temporaryDirectory();
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await fill(platform);
    writePlatform(directory, {
      pid: process.pid,
      apiUrl: platform.url,
      temporalAddress: '127.0.0.1:1',
      temporalUi: null,
      startedAt: 1,
    });
    vi.stubEnv('FINSIGHT_API_KEY', ADMIN_KEY);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await platform.close();
  });
  return {
    platform: () => platform,
    /** A command as a person calls it. */
    shown: (...argv: string[]) => called([...argv, '--data-dir', directory]),
    /** The same with `--json`. */
    json: (...argv: string[]) => called([...argv, '--json', '--data-dir', directory]),
  };
}
