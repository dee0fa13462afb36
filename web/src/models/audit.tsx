import { number } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import type { Evaluation, LeakCheck } from './kinds';

const TONES: Record<LeakCheck['verdict'], string> = {
  pass: 'completed',
  leak: 'failed',
  skipped: '',
  explained: 'running',
};

/** Whether the model knew what it could not know. */
export function Audit({ of: { model, leakAudit } }: { of: Evaluation }) {
  if (!leakAudit) return null;
  return (
    <div>
      <h3>
        Leak audit{' '}
        <Badge tone={leakAudit.passed ? 'completed' : 'failed'}>
          {leakAudit.passed ? 'passed' : 'a leak was found'}
        </Badge>
      </h3>
      <Table
        label={`Leak audit of ${model}`}
        head={[
          'check',
          'verdict',
          { name: 'measured', kind: 'number' },
          { name: 'bound', kind: 'number' },
          { name: 'what was found', kind: 'wide' },
        ]}
        rows={leakAudit.checks.map((each) => [
          each.check,
          <Badge key="v" tone={TONES[each.verdict]}>
            {each.verdict}
          </Badge>,
          number(each.figure, 4),
          number(each.bound, 4),
          each.explanation ? `${each.text} Explained: ${each.explanation}` : each.text,
        ])}
      />
    </div>
  );
}
