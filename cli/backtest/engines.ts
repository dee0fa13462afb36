import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { projectRoot } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { printJson, printTable } from '../output.js';
import type { Shell } from '../shell.js';

/** `backtest engines [list|install]`: the engines of others, and how they come here. */
export function addEngines(backtest: Command, shell: Shell): void {
  const engines = backtest.command('engines').description('backtest engines that check each other');
  engines
    .command('list', { isDefault: true })
    .description('which are here, and why not')
    .action(async () => {
      const ports = openPorts(shell.config());
      const rows = ports.engines.list();
      await ports.close();
      if (shell.json()) return printJson({ engines: rows });
      printTable(
        rows.map(({ name, version, available, licence, home, reason }) => ({
          engine: name,
          version,
          available: available ? 'yes' : 'no',
          runs: home,
          licence,
          reason: reason ?? '',
        })),
      );
    });
  engines
    .command('install [names...]')
    .description('python (Backtrader, vectorbt, backtesting.py; about 1 GB), ta4j; both where none is named')
    .action(async (names: string[]) => {
      shell.endWith(await install(names));
      if (shell.json()) {
        const ports = openPorts(shell.config());
        printJson({ engines: ports.engines.list() });
        await ports.close();
      }
    });
}

/** The installer's exit code; what it says goes to stderr. */
function install(names: string[]): Promise<number> {
  const script = join(projectRoot(), 'infra', 'engines', 'install.mjs');
  const child = spawn(process.execPath, [script, ...names], { stdio: ['inherit', 2, 2] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
