import { Badge, Empty } from '../parts';
import { Table } from '../table';
import { Reasons } from './history';
import type { Deployment } from './kinds';

/** `leakAudit` as `leak audit`. */
export const checkName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (each) => ` ${each.toLowerCase()}`);

/** A check of several rules tells each of them, for and against. */
const sentencesOf = (text: string): string[] => text.split(/(?<=\.) (?=(?:For|Against)[:,])/);

/** What the evidence had to hold, and what was found. */
export function Checks({ of: { checks, model } }: { of: Deployment }) {
  if (checks.length === 0) return <Empty>No check has been made yet.</Empty>;
  return (
    <Table
      label={`Checks of ${model}`}
      head={['check', 'verdict', { name: 'what was found', kind: 'wide' }]}
      rows={checks.map(({ name, passed, text }) => [
        checkName(name),
        <Badge key="v" tone={passed ? 'completed' : 'failed'}>
          {passed ? 'passed' : 'failed'}
        </Badge>,
        <Reasons key="t" of={sentencesOf(text)} />,
      ])}
    />
  );
}
