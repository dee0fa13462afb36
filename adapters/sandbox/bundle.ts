import { createHash } from 'node:crypto';
import { SourceMap } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildFailure, type BuildOptions, type OnResolveArgs, type Plugin } from 'esbuild';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import type { StrategySource } from '../../domain/strategies/source.js';
import { EXTENSIONS, filesOfSource, filesOnDisk, type SourceFiles } from './sources.js';

/** A user's strategy as one script, and where its lines come from. */
export interface StrategyBundle {
  path: string;
  code: string;
  /** sha256 of all files of the user's that went in. */
  sha256: string;
  /** These files as they can be sent elsewhere. */
  source: StrategySource;
  /** `my.ts:12` for a line and column of `code`, both from 1; null where it is none of the user's. */
  origin(line: number, column: number): string | null;
}

/** Bytes of a strategy's files together. */
const LARGEST = 1_000_000;

const common: BuildOptions = {
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'silent',
  // What lies around a user's file decides nothing.
  tsconfigRaw: '{}',
};

/**
 * Makes one script of a user's strategy file and of the files beside it that it imports.
 * @throws NotFoundError, and InvalidInputError naming the line that cannot be read or the import that is not allowed
 */
export async function bundleStrategy(from: string | StrategySource): Promise<StrategyBundle> {
  const path = typeof from === 'string' ? from : from.entry;
  const files = typeof from === 'string' ? filesOnDisk(from) : filesOfSource(from);
  const sources = new Map<string, Buffer>();
  const built = await build({
    ...common,
    entryPoints: [files.entry],
    globalName: '__strategy',
    sourcemap: 'external',
    outfile: 'strategy.js',
    plugins: [onlyBeside(files, sources)],
  }).catch((error: unknown) => {
    throw new InvalidInputError(faultOf(error, path));
  });
  const output = (extension: string): string =>
    built.outputFiles?.find((file) => file.path.endsWith(extension))?.text ?? '';
  const map = new SourceMap(JSON.parse(output('.map')) as ConstructorParameters<typeof SourceMap>[0]);
  return {
    path,
    code: output('.js'),
    sha256: digest(sources, files),
    source: {
      entry: files.nameOf(files.entry),
      files: Object.fromEntries([...sources].map(([each, bytes]) => [files.nameOf(each), bytes.toString()])),
    },
    origin(line, column) {
      const found = map.findEntry(line - 1, column - 1);
      if (!('originalSource' in found) || found.originalLine === undefined) return null;
      return `${basename(found.originalSource)}:${found.originalLine + 1}`;
    },
  };
}

let inside: Promise<string> | null = null;

/** What runs around a strategy inside the sandbox, as a script; made once. */
export function bundleInside(): Promise<string> {
  inside ??= build({
    ...common,
    entryPoints: [ownFile('inside')],
    globalName: '__inside',
  }).then((built) => built.outputFiles?.[0]?.text ?? '');
  return inside;
}

/** The program of the worker thread; where this runs from its TypeScript, a script is made of it. */
export async function workerProgram(): Promise<{ program: string | URL; eval: boolean }> {
  const file = ownFile('worker');
  if (file.endsWith('.js')) return { program: new URL('./worker.js', import.meta.url), eval: false };
  const built = await build({
    ...common,
    entryPoints: [file],
    format: 'cjs',
    platform: 'node',
    packages: 'external',
  });
  return { program: built.outputFiles?.[0]?.text ?? '', eval: true };
}

const ownFile = (name: string): string => {
  const own = fileURLToPath(import.meta.url);
  return join(dirname(own), `${name}${extname(own)}`);
};

/** Bundling reads files, so what it may read is part of the sandbox: code in the entry's own directory. */
const onlyBeside = (files: SourceFiles, sources: Map<string, Buffer>): Plugin => ({
  name: 'only-beside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, (args) => {
      if (args.kind === 'entry-point') return { path: files.entry };
      const path = besideOf(args, files);
      return path === null
        ? {
            errors: [
              {
                text: `imports "${args.path}"; a strategy may import only ${EXTENSIONS.join(', ')} files beside it`,
              },
            ],
          }
        : { path };
    });
    onLoad({ filter: /.*/ }, ({ path }) => {
      const contents = files.read(path);
      sources.set(path, contents);
      const bytes = [...sources.values()].reduce((sum, each) => sum + each.length, 0);
      if (bytes > LARGEST)
        return { errors: [{ text: `is larger than ${LARGEST} bytes together with what it imports` }] };
      return { contents, loader: /\.m?ts$/.test(path) ? 'ts' : 'js' };
    });
  },
});

function besideOf({ path, kind, resolveDir }: OnResolveArgs, files: SourceFiles): string | null {
  if (!/^\.\.?\//.test(path) || (kind !== 'import-statement' && kind !== 'require-call')) return null;
  const wanted = resolve(resolveDir, path);
  const names = [wanted, wanted.replace(/\.(m?)js$/, '.$1ts'), ...EXTENSIONS.map((each) => wanted + each)];
  for (const name of names) {
    const found = EXTENSIONS.includes(extname(name)) ? files.find(name) : null;
    if (found !== null) return EXTENSIONS.includes(extname(found)) ? found : null;
  }
  return null;
}

function digest(sources: Map<string, Buffer>, files: SourceFiles): string {
  const hash = createHash('sha256');
  for (const path of [...sources.keys()].sort()) {
    hash.update(`${files.nameOf(path)}\0${sources.get(path)?.length}\0`);
    hash.update(sources.get(path) ?? '');
  }
  return hash.digest('hex');
}

function faultOf(error: unknown, path: string): string {
  const first = (error as Partial<BuildFailure>).errors?.[0];
  if (!first) return `${path} cannot be read: ${messageOf(error)}`;
  const { location, text } = first;
  return location
    ? `${basename(location.file)}:${location.line}:${location.column + 1}: ${text}`
    : `${basename(path)} ${text}`;
}
