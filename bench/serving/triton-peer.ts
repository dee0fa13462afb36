import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '../../adapters/config.js';
import { messageOf } from '../../domain/errors.js';
import { placeOf } from '../../infra/test-servers/server.js';

const run = promisify(execFile);
/** Of the same release as the server: the last whose wheel holds the program. */
const WHEEL = 'tritonclient==2.51.0';

/** Triton's own load generator in C++, `perf_analyzer`. */
export interface Peer {
  /** Requests a second at so many at a time; null where it found no stable figure. */
  measure(asked: {
    model: string;
    host: string;
    protocol: 'http' | 'grpc';
    concurrency: number;
    windowMs: number;
  }): Promise<number | null>;
}

/** Brings it into a folder. Returns why not where it cannot be had. */
export async function bringPeer(folder: string): Promise<Peer | string> {
  const libraries = join(folder, 'libraries');
  const program = join(folder, 'client', 'bin', 'perf_analyzer');
  const env = { ...environment(), LD_LIBRARY_PATH: libraries };
  try {
    const target = ['--no-deps', '--only-binary', ':all:', '--target', join(folder, 'client')];
    await run('python3', ['-m', 'pip', 'install', '--quiet', ...target, WHEEL]);
    mkdirSync(libraries);
    const own = join(placeOf('nvidia-pytriton'), 'nvidia_pytriton.libs');
    // The server's wheel has them under names of its own.
    for (const [wanted, pattern] of [
      ['libb64.so.0d', /^libb64-/],
      ['libcudart.so.12', /^libcudart-/],
    ] as const) {
      const found = readdirSync(own).find((name) => pattern.test(name));
      if (found) symlinkSync(join(own, found), join(libraries, wanted));
    }
    await run('chmod', ['+x', program]);
    await run(program, ['--version'], { env });
  } catch (error) {
    return `perf_analyzer could not be had: ${messageOf(error).split('\n')[0]}`;
  }
  return {
    async measure({ model, host, protocol, concurrency, windowMs }) {
      const args = [
        ...['-m', model, '-x', '1', '-u', host, '-i', protocol],
        ...['--concurrency-range', String(concurrency), '-p', String(windowMs), '-r', '4', '-s', '50'],
      ];
      const { stdout } = await run(program, args, { env }).catch(() => ({ stdout: '' }));
      const found = /Throughput: ([\d.]+)/.exec(stdout)?.[1];
      return found === undefined ? null : Math.round(Number(found));
    },
  };
}
