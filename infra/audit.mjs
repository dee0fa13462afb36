import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT_MISSING, ML_PROJECT, ROOT, StepError } from './bootstrap/place.mjs';
import { installTools, readTools } from './bootstrap/python.mjs';

/**
 * Known vulnerabilities of the locked packages of both languages, and a CycloneDX list of each.
 * `node infra/audit.mjs [--out <folder>]`; exit code 1 where something was found, 5 where no registry answers.
 */
const AUDITOR = 'pip-audit==2.10.1';
const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, '.tools', 'sbom') } } });

function npm(args) {
  const inside = process.env.npm_execpath;
  const [command, first] = inside?.endsWith('.js') ? [process.execPath, [inside]] : ['npm', []];
  const { stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw new StepError(`npm cannot be started: ${error.message}`);
  return { stdout, stderr };
}

function auditNpm() {
  const { stdout, stderr } = npm(['audit', '--audit=true', '--package-lock-only', '--json']);
  const report = parse(stdout);
  const counts = report?.metadata?.vulnerabilities;
  if (!counts)
    throw new StepError(`npm audit gave no report: ${report?.message ?? stderr.trim().split('\n').at(-1)}`);
  process.stderr.write(`npm: ${counts.total} known vulnerabilities\n`);
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities))
    process.stderr.write(`  ${severity}: ${name} ${range}\n`);
  return counts.total;
}

function listNpm() {
  const { stdout, stderr } = npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only']);
  if (parse(stdout)?.bomFormat !== 'CycloneDX')
    throw new StepError(`npm sbom failed: ${stderr.trim().slice(-300)}`);
  writeFileSync(join(values.out, 'npm.cdx.json'), stdout);
}

/** uv writes the lock as requirements with hashes; pip-audit checks and lists those. */
async function auditPython() {
  if (!readTools()) await installTools();
  const { uv } = readTools();
  const folder = mkdtempSync(join(tmpdir(), 'finsight-audit-'));
  try {
    const list = join(folder, 'requirements.txt');
    const common = ['--project', ML_PROJECT, '--frozen', '--no-emit-project', '--quiet'];
    execFileSync(uv, ['export', ...common, '--format', 'requirements-txt', '-o', list], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const target = join(values.out, 'python.cdx.json');
    const args = ['--requirement', list, '--require-hashes', '--disable-pip', '--progress-spinner=off'];
    const found = spawnSync(
      uv,
      [
        'tool',
        'run',
        '--from',
        AUDITOR,
        'pip-audit',
        ...args,
        '--format',
        'cyclonedx-json',
        '--output',
        target,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    // pip-audit ends with 1 both for findings and for failures; only findings leave a list.
    const report = parse(readText(target));
    if (!report) throw new StepError('pip-audit gave no report; check the connection to PyPI');
    const count = report.vulnerabilities?.length ?? 0;
    process.stderr.write(`Python: ${count} known vulnerabilities\n`);
    for (const each of report.vulnerabilities ?? [])
      process.stderr.write(`  ${each.id}: ${each.affects?.[0]?.ref ?? ''}\n`);
    return Math.max(count, found.status === 0 ? 0 : 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

try {
  mkdirSync(values.out, { recursive: true });
  listNpm();
  const failures = [];
  let found = 0;
  for (const audit of [auditNpm, auditPython])
    try {
      found += await audit();
    } catch (error) {
      failures.push(error.message);
    }
  for (const failure of failures) process.stderr.write(`finsight: ${failure}\n`);
  process.exit(failures.length > 0 ? EXIT_MISSING : found > 0 ? 1 : 0);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  process.stderr.write(`finsight: ${error.message}\n`);
  process.exit(EXIT_MISSING);
}
