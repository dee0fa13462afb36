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

const uvExport = (uv, format, file) =>
  execFileSync(
    uv,
    ['export', '--project', ML_PROJECT, '--frozen', '--quiet', '--format', format, '-o', file].concat(
      format === 'requirements-txt' ? ['--no-emit-project'] : [],
    ),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );

async function uvTool() {
  if (!readTools()) await installTools();
  return readTools().uv;
}

async function listPython() {
  const file = join(values.out, 'python.cdx.json');
  uvExport(await uvTool(), 'cyclonedx1.5', file);
  if (!parse(readText(file))?.components?.length)
    throw new StepError('uv gave no list of the Python packages');
}

/** uv writes the lock as requirements with hashes; pip-audit looks each of them up. */
async function auditPython() {
  const uv = await uvTool();
  const folder = mkdtempSync(join(tmpdir(), 'finsight-audit-'));
  try {
    const list = join(folder, 'requirements.txt');
    const found = join(folder, 'found.json');
    uvExport(uv, 'requirements-txt', list);
    const how = ['--requirement', list, '--require-hashes', '--disable-pip', '--progress-spinner=off'];
    const args = ['tool', 'run', '--quiet', '--from', AUDITOR, 'pip-audit', ...how, '--format', 'json'];
    spawnSync(uv, [...args, '--output', found], { stdio: 'ignore' });
    const packages = parse(readText(found))?.dependencies;
    if (!packages) throw new StepError('pip-audit gave no report; check the connection to PyPI');
    const vulnerable = packages.filter((each) => each.vulns?.length > 0);
    for (const { name, version, vulns } of vulnerable)
      process.stderr.write(`  ${name} ${version}: ${vulns.map((each) => each.id).join(', ')}\n`);
    // pip-audit counts what it could not look up as free of faults.
    const unknown = packages.filter((each) => each.skip_reason);
    process.stderr.write(
      `Python: ${vulnerable.length} vulnerable of ${packages.length - unknown.length} packages looked up\n`,
    );
    if (unknown.length > 0)
      throw new StepError(
        `${unknown.length} of ${packages.length} Python packages could not be looked up: ${unknown[0].skip_reason}`,
      );
    return vulnerable.length;
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
  await listPython();
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
