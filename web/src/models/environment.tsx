import { Empty, Members } from '../parts';
import { Table } from '../table';
import { flattened, nameOf, type Version } from './kinds';

const environmentOf = ({ training }: Version): [name: string, text: string][] =>
  typeof training['environment'] === 'object' ? flattened(training['environment'] ?? {}) : [];

/** What the weights depend on beside the settings: code, machine, packages, lock file. */
export function Environment({ of }: { of: Version }) {
  const members = environmentOf(of);
  const { weightsSha256 } = of.training as { weightsSha256?: string };
  return (
    <details>
      <summary>Environment and digests</summary>
      {members.length === 0 && <Empty>Its environment was not recorded.</Empty>}
      <Members
        of={[
          ...members,
          ['specSha256', of.specSha256],
          ['onnxSha256', of.onnx.sha256],
          ...(weightsSha256 ? [['weightsSha256', weightsSha256] as const] : []),
        ]}
      />
    </details>
  );
}

/** Where two versions were trained otherwise: the first place to look for why equal settings differ. */
export function EnvironmentDifferences({ of: [first, second] }: { of: [Version, Version] }) {
  const [a, b] = [new Map(environmentOf(first)), new Map(environmentOf(second))];
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
  if (a.size + b.size === 0) return null;
  return (
    <>
      <h3>Environments that differ</h3>
      {names.length === 0 && <Empty>In nothing: both were trained in the same environment.</Empty>}
      <Table
        label="Environments that differ"
        head={['member', { name: nameOf(first), kind: 'wide' }, { name: nameOf(second), kind: 'wide' }]}
        rows={names.map((name) => [name, a.get(name) ?? '–', b.get(name) ?? '–'])}
      />
    </>
  );
}
