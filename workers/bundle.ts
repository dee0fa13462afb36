import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Where the built bundle of all stories lies, beside the compiled code. */
export const BUNDLE_PATH = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** Bundles `workflows/index` once, so that a worker starts without doing it. */
export async function bundleStories(): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: storyFile('index'),
    workflowInterceptorModules: [storyFile('interceptors')],
    // The sandbox needs these at run time only for hashing text; they are pure JavaScript.
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  return code;
}

/** Tests run the TypeScript sources, everything else the compiled files. */
const storyFile = (name: string): string =>
  fileURLToPath(
    new URL(`../workflows/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(BUNDLE_PATH, await bundleStories());
