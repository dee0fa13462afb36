import { moment } from '../format';
import { Badge, Empty } from '../parts';
import { Table } from '../table';
import { stageText, TONES, type Deployment } from './kinds';

/** Who decided what, when and why; the newest first. */
export function History({ of: { history, model } }: { of: Deployment }) {
  if (history.length === 0) return <Empty>Nothing has been decided yet.</Empty>;
  return (
    <Table
      label={`Decisions on ${model}`}
      head={['when', 'to', 'by', { name: 'reasons', kind: 'wide' }]}
      rows={history.toReversed().map(({ at, stage, by, reasons }) => [
        moment(at),
        <Badge key="s" tone={TONES[stage] ?? ''}>
          {stageText(stage)}
        </Badge>,
        by,
        <Reasons key="r" of={reasons} />,
      ])}
    />
  );
}

export function Reasons({ of }: { of: readonly string[] }) {
  if (of.length === 0) return <span className="soft">none given</span>;
  if (of.length === 1) return <>{of[0]}</>;
  return (
    <ul className="conventions">
      {of.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}
