import { openPorts } from '../adapters/open.js';
import type { LineagePort } from '../adapters/ports.js';
import { renderLineage, type Verification } from '../domain/lineage.js';
import { EXIT, printJson, say } from './output.js';
import type { AddCommands, Shell } from './shell.js';

/** `explain <id>`, `verify [<id>]`: read the stores themselves, with or without a running platform. */
export const addLineage: AddCommands = (program, shell) => {
  program
    .command('explain <id>')
    .description('the way back of a run, prediction, backtest, model, dataset, article or stream')
    .action(async (id: string) => {
      const node = await withLineage(shell, (lineage) => lineage.explain(id));
      if (shell.json()) return printJson(node);
      process.stdout.write(`${renderLineage(node).join('\n')}\n`);
    });
  program
    .command('verify [id]')
    .description('recompute every digest on the way back; without an id, of everything stored')
    .action(async (id?: string) => {
      const results = await withLineage(shell, (lineage) => verified(lineage, id));
      const summary = summaryOf(results);
      for (const { what, id: name, found, expected } of summary.links)
        say(`${what} of ${name}: recorded was ${expected}, found is ${found}`);
      if (shell.json()) printJson(summary);
      else
        say(
          `${summary.verified} verified by ${summary.checks} digests; broken: ${summary.broken.join(', ') || 'none'}`,
        );
      if (!summary.ok) shell.endWith(EXIT.integrity);
    });
};

async function withLineage<T>(shell: Shell, work: (lineage: LineagePort) => Promise<T>): Promise<T> {
  const ports = openPorts(shell.config());
  try {
    return await work(ports.lineage);
  } finally {
    await ports.close();
  }
}

async function verified(lineage: LineagePort, id: string | undefined): Promise<Verification[]> {
  if (id !== undefined) return [await lineage.verify(id)];
  const results: Verification[] = [];
  for await (const each of lineage.verifyAll()) results.push(each);
  return results;
}

/** `links`: each broken link once, the nearest to the raw data first; `broken`: the ids that rest on one. */
function summaryOf(results: Verification[]) {
  const broken = results.filter((each) => !each.ok);
  const links = new Map(
    broken.flatMap((each) => each.broken.map((link) => [`${link.id} ${link.what}`, link])),
  );
  return {
    ok: broken.length === 0,
    verified: results.length,
    checks: results.reduce((sum, each) => sum + each.checks, 0),
    firstBroken: broken[0]?.firstBroken ?? null,
    links: [...links.values()],
    broken: broken.map((each) => each.id),
  };
}
