import { Fact } from '../backtests/judgement';
import type { Schemas } from '../api';
import { chance, fixed, moment, number, percent, whole } from '../format';
import { Badge, Card, Provenance } from '../parts';
import { Table } from '../table';

export type Report = Schemas['DriftReport'];

const TONES: Record<Report['verdict'], string> = {
  unknown: '',
  stable: 'completed',
  watch: 'running',
  drift: 'failed',
};
/** Inputs that are listed, the ones that moved most. */
const INPUTS = 12;

export function Verdict({ of }: { of: Report['verdict'] }) {
  return <Badge tone={TONES[of]}>{of}</Badge>;
}

/** One look at a champion: what was found of its inputs, errors and intervals. */
export function OneReport({ of }: { of: Report }) {
  const { episode } = of;
  return (
    <Card
      title={`Drift on ${of.stream}, ${of.model}`}
      aside={<Provenance source={of.source} asOf={of.asOf} />}
    >
      <ul className="conventions">
        {of.findings.map((each) => (
          <li key={each.family}>
            {each.family}: <Verdict of={each.verdict} /> {each.reasons.join('; ')}
          </li>
        ))}
      </ul>
      {episode && (
        <p className="note">
          It goes on since {moment(episode.since)}, over {whole(episode.reports)}{' '}
          {episode.reports === 1 ? 'look' : 'looks'}.
        </p>
      )}
      <Facts of={of} />
      <Inputs of={of} />
    </Card>
  );
}

function Facts({ of }: { of: Report }) {
  const { window, residuals, calibration } = of;
  return (
    <dl className="row">
      <Fact
        name="Recent rows"
        value={`${whole(window.rows)} against ${whole(window.trainingRows)} of the training`}
      />
      {residuals && (
        <>
          <Fact
            name="Mean error moved"
            value={`${fixed(residuals.meanShift, 2)} deviations (p ${chance(residuals.meanP)})`}
          />
          <Fact
            name="Size of errors"
            value={`${fixed(residuals.scaleRatio, 2)} times (p ${chance(residuals.scaleP)})`}
            title="Mean absolute deviation, recent over that of the evaluation"
          />
          {residuals.since !== null && <Fact name="Likely since" value={moment(residuals.since)} />}
        </>
      )}
      {calibration && (
        <>
          <Fact
            name="Interval held"
            value={`${percent(calibration.coverage)} of ${percent(calibration.promised, 0)} (p ${chance(calibration.coverageP)})`}
          />
          <Fact
            name="Brier score"
            value={`${fixed(calibration.brier, 3)}, evaluation ${fixed(calibration.referenceBrier, 3)} (p ${chance(calibration.brierP)})`}
          />
        </>
      )}
      <Fact name="False alarms a look" value={percent(of.level, 1)} title="All tests together" />
    </dl>
  );
}

function Inputs({ of }: { of: Report }) {
  const inputs = (of.inputs ?? []).toSorted((a, b) => (b.psi ?? 0) - (a.psi ?? 0));
  return (
    <Table
      label={`Inputs of ${of.model} that moved most`}
      head={[
        'input',
        { name: 'PSI', kind: 'number', title: 'Population stability index against the training part' },
        { name: 'KS distance', kind: 'number', title: 'Kolmogorov–Smirnov' },
        { name: 'q', kind: 'number', title: 'p among all inputs (Benjamini–Hochberg)' },
        { name: 'mean, training', kind: 'number' },
        { name: 'mean, recent', kind: 'number' },
      ]}
      rows={inputs
        .slice(0, INPUTS)
        .map((each) => [
          each.name,
          fixed(each.psi, 3),
          fixed(each.distance, 3),
          chance(each.qValue),
          number(each.referenceMean, 3),
          number(each.recentMean, 3),
        ])}
    />
  );
}
