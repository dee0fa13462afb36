import { readFile } from 'node:fs/promises';
import type { Config } from '../adapters/config.js';
import { checkServingAddress, redacted } from '../adapters/open.js';
import type { InstanceHealth, ServingHealth } from '../adapters/ports.js';
import { InvalidInputError, messageOf, NotFoundError } from '../domain/errors.js';
import type { ModelVersion } from '../domain/models.js';
import { withPorts } from './in-process.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { wholeNumber, type AddCommands } from './shell.js';

interface CheckOptions {
  model?: string;
  onnx?: string;
  inFlight?: number;
}

const FAULTS = {
  UnreachableError: EXIT.unreachable,
  DataQualityError: EXIT.integrity,
  Error: EXIT.failed,
} as const;

/** `serve check|status`. */
export const addServe: AddCommands = (program, shell) => {
  const serve = program.command('serve').description('model servers');
  serve
    .command('check <address>')
    .description('hold a model server against the contract; the address is as SERVING_URL')
    .option('--model <id>', 'a stored version, such as mdl_ridge@1a2b, that is neither unloaded nor swapped')
    .option('--onnx <file>', 'an ONNX file in place of the small made one')
    .option('--in-flight <n>', 'requests that are in flight together (default: 300)', wholeNumber)
    .action(async (address: string, options: CheckOptions) => {
      const report = await check(shell.config(), address, options);
      if (shell.json()) printJson({ address: redacted(address), ...report });
      else printTable(report.checks.map(({ name, passed, ms, text }) => ({ passed, name, ms, text })));
      if (report.fault !== null) shell.endWith(FAULTS[report.fault]);
    });
  serve
    .command('status', { isDefault: true })
    .description('what SERVING_URL leads to, as this process sees it')
    .action(async () => {
      const health = await withPorts(shell.config(), ({ serving }) => serving.health());
      if (shell.json()) printJson(health);
      else printHealth(health);
      if (health.instances?.every(({ state }) => state === 'down')) shell.endWith(EXIT.unreachable);
    });
};

async function check(config: Config, address: string, options: CheckOptions) {
  const { model, onnx, inFlight } = options;
  if (model !== undefined && onnx !== undefined)
    throw new InvalidInputError('--model and --onnx name two models; give one of them');
  if (inFlight !== undefined && !(inFlight >= 1 && inFlight <= 100_000))
    throw new InvalidInputError(`--in-flight ${inFlight} is not 1 … 100000`);
  const asked = {
    address,
    ...(inFlight !== undefined && { inFlight }),
    told: ({ passed, name, text }: { passed: boolean; name: string; text: string }) =>
      say(`${passed ? 'passed' : 'FAILED'}  ${name}: ${text}`),
  };
  if (onnx !== undefined) return checkServingAddress({ ...asked, onnx: await bytesOf(onnx) });
  if (model === undefined) return checkServingAddress(asked);
  return withPorts(config, async ({ documents, objects }) => {
    const ref = await documents.get<ModelVersion>('models', model);
    if (!ref) throw new NotFoundError(`No model version "${model}"; finsight models list shows them`);
    return checkServingAddress({ ...asked, served: { ref, objects } });
  });
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new InvalidInputError(`The ONNX file ${file} cannot be read: ${messageOf(error)}`);
  }
}

function printHealth({ backend, provider, instances = [], fallback }: ServingHealth): void {
  if (instances.length === 0) return printTable([{ backend, provider }]);
  printTable(
    instances.map((each: InstanceHealth) => ({
      ...{ address: each.address, role: each.role, state: each.state, provider: each.provider },
      ...{ loaded: each.loaded.length, p50Ms: each.p50Ms, p95Ms: each.p95Ms },
      ...{ requests: each.requests, failures: each.failures, reason: each.reason },
    })),
  );
  if (fallback?.active) say(`a fallback answers: ${fallback.reason}`);
}
