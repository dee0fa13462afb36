import { withLock } from './lock.mjs';
import { installMl, mlCondition, mlIsOff } from './ml.mjs';
import {
  build,
  buildIsFresh,
  buildPages,
  checkNode,
  installPackages,
  packagesAreFresh,
  pagesAreFresh,
} from './node.mjs';
import { progress } from './progress.mjs';
import { installTools, readTools, writePaths } from './python.mjs';

const isPrepared = () => packagesAreFresh() && readTools() !== null && buildIsFresh() && pagesAreFresh();

/**
 * Brings everything that the program needs up to date; each step does nothing where its inputs have not
 * changed since it last succeeded. `ml` waits for the Python environment too. @throws StepError
 */
export async function prepare({ ml = false, quiet = false } = {}) {
  checkNode();
  const withMl = ml && !mlIsOff();
  const { say, step } = progress(withMl ? 5 : 4, quiet);
  if (!isPrepared())
    await withLock('prepare', say, async () => {
      await step(1, 'npm packages', packagesAreFresh, installPackages);
      await step(2, 'uv and Temporal', () => readTools() !== null, installTools);
      await step(3, 'TypeScript and workflow bundle', buildIsFresh, build);
      await step(4, 'dashboard', pagesAreFresh, buildPages);
    });
  writePaths();
  if (withMl)
    await step(
      5,
      'Python packages for training (gigabytes the first time)',
      () => mlCondition({ dev: true }) === 'ready',
      () => installMl(say),
    );
}
