import type { ReactNode } from 'react';
import { fixed, number } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import { deflatedText, FIGURES, intervalText, trialsText, type Backtest } from './words';

const TONES: Record<string, string> = { edge: 'completed', 'no edge': 'failed', luck: 'failed' };

/** The verdict in one sentence, and what it rests on. */
export function Judgement({ of }: { of: Backtest }) {
  const { analysis } = of;
  if (!analysis)
    return (
      <p className="soft note">
        Not judged: run before results were judged. {trialsText(of)} tried on this window. Run it again for
        the verdict.
      </p>
    );
  const { finding, sentence } = analysis.verdict;
  const days = analysis.minimumTrackRecordDays;
  return (
    <>
      <p className="verdict">
        <Badge tone={TONES[finding] ?? 'running'}>{finding}</Badge>{' '}
        {sentence.charAt(0).toUpperCase() + sentence.slice(1)}
      </p>
      <dl className="row">
        <Fact name="Sharpe, 95 % interval" value={`${fixed(of.metrics.sharpe, 2)} (${intervalText(of)})`} />
        <Fact name="Deflated Sharpe" value={deflatedText(of)} title="Probability of more than luck" />
        <Fact
          name="Trials on this window"
          value={trialsText(of)}
          title="Different things tried on it when this was run, this one included"
        />
        <Fact
          name="Luckiest trial without skill"
          value={fixed(analysis.expectedMaximumSharpe, 2)}
          title="Sharpe ratio a year to be expected of the best of so many"
        />
        <Fact
          name="Days needed to believe it"
          value={days === null ? 'no number would do' : number(Math.ceil(days), 9)}
        />
      </dl>
    </>
  );
}

export function Fact({ name, value, title }: { name: string; value: ReactNode; title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Every figure beside that of buying and holding over the same bars and costs. */
export function FiguresTable({ of }: { of: Backtest }) {
  return (
    <Table
      label={`Metrics of ${of.strategy} beside buying and holding`}
      head={['after costs', { name: of.strategy, kind: 'number' }, { name: 'buy and hold', kind: 'number' }]}
      rows={FIGURES.map(({ key, name, title, show }) => [
        <span key="n" title={title}>
          {name}
        </span>,
        show(of.metrics[key] ?? null),
        show(of.benchmark[key] ?? null),
      ])}
    />
  );
}
