import { useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { fixed, moment, percent, range, whole } from '../format';
import { Badge, Card, Empty, Failure, State } from '../parts';
import { Table } from '../table';
import { ConfusionTable } from './confusion';
import { Reliability } from '../charts/reliability';

/** The client reads pairs as lists. */
type Figures = Omit<Schemas['SentimentFigures'], 'wilson95'> & { wilson95: readonly (number | null)[] };
type Model = Omit<Schemas['SentimentModelFigures']['items'][number], 'figures'> & { figures: Figures[] };
type Row = { model: Model; figures: Figures | null };

/** The sentiment models with what was measured of them, and one measurement closer. */
export function SentimentModels() {
  const found = useLoaded(
    'sentiment figures',
    async () => dataOf(await client.GET('/sentiment/figures')),
    60_000,
  );
  const models = found.data?.items ?? [];
  const measured = models.flatMap((model) => model.figures.map((figures) => ({ model, figures })));
  const [chosen, setChosen] = useState(0);
  const one = measured[chosen] ?? measured[0];
  return (
    <>
      <Card
        title="Sentiment models"
        aside={found.data && <span className="soft">as of {moment(found.data.asOf)}</span>}
      >
        <State of={found} isEmpty={models.length === 0} empty="No sentiment model is installed." />
        <ModelTable models={models} />
        {models.map(({ model, fault }) => fault && <Failure key={model} error={fault} />)}
      </Card>
      {one && (
        <Card
          title={`${one.model.model} on ${one.figures.set}`}
          aside={
            <label className="inline">
              Measured on
              <select
                value={measured.indexOf(one)}
                onChange={(event) => setChosen(Number(event.target.value))}
              >
                {measured.map(({ model, figures }, i) => (
                  <option key={`${model.model} ${figures.set} ${figures.part}`} value={i}>
                    {model.model}: {figures.set}, {figures.part}
                  </option>
                ))}
              </select>
            </label>
          }
        >
          <div className="halves">
            <Confusion figures={one.figures} />
            <Calibration figures={one.figures} />
          </div>
        </Card>
      )}
    </>
  );
}

function ModelTable({ models }: { models: Model[] }) {
  const rows = models.flatMap((model): Row[] =>
    model.figures.length > 0
      ? model.figures.map((figures) => ({ model, figures }))
      : [{ model, figures: null }],
  );
  return (
    <Table
      label="Sentiment models and their figures"
      isCurrent={(row) => rows[row]?.model.served === true}
      head={[
        'model',
        'serves',
        'measured on',
        { name: 'texts', kind: 'number' },
        { name: 'accuracy', kind: 'number' },
        { name: '95 %', kind: 'number', title: 'Wilson interval of the accuracy' },
        { name: 'majority', kind: 'number', title: 'Accuracy of always saying the most frequent label' },
        { name: 'macro F1', kind: 'number' },
        { name: 'ECE', kind: 'number', title: 'Expected calibration error' },
        { name: 'answered', kind: 'number', title: 'Share of texts that are not abstained from' },
        { name: 'their accuracy', kind: 'number' },
        { name: 'scores', kind: 'number', title: 'Stored scores of articles' },
      ]}
      rows={rows.map(({ model, figures }) => [
        <span key="m">
          {model.model}
          <span className="under">
            {model.kind}, {model.languages.join(' ')}
            {model.targets ? ', reads targets' : ''}
          </span>
        </span>,
        model.served ? (
          <Badge key="s" tone="live">
            served
          </Badge>
        ) : (
          '–'
        ),
        figures ? `${figures.set}, ${figures.part}` : 'nothing in its card',
        figures ? whole(figures.n) : '–',
        fixed(figures?.accuracy, 3),
        figures ? range(figures.wilson95, (bound) => fixed(bound, 3)) : '–',
        fixed(figures?.majority, 3),
        fixed(figures?.macroF1, 3),
        fixed(figures?.ece, 3),
        percent(figures?.answered, 1),
        fixed(figures?.accuracyAnswered, 3),
        whole(model.scored),
      ])}
    />
  );
}

function Confusion({ figures }: { figures: Figures }) {
  return (
    <div>
      <h3>Confusion</h3>
      <ConfusionTable
        label="Confusion matrix: labels in rows, answers in columns"
        rows="label"
        columns="said"
        counts={figures.confusion}
        share="right"
      />
    </div>
  );
}

function Calibration({ figures }: { figures: Figures }) {
  const { reliability, abstention, ece } = figures;
  return (
    <div>
      <h3>Calibration</h3>
      {reliability && reliability.length > 0 ? (
        <Reliability
          bins={reliability}
          said="How sure the answer was"
          came="Share of right answers"
          unit="texts"
        />
      ) : (
        <Empty>This card has no reliability bins.</Empty>
      )}
      <p className="soft note">Expected calibration error {fixed(ece, 3)} over 15 bins.</p>
      {abstention && abstention.length > 0 && (
        <Table
          label="Accuracy of the surest answers"
          head={[
            { name: 'answered', kind: 'text' },
            { name: 'accuracy', kind: 'number' },
          ]}
          rows={abstention.map((each) => [percent(each.answered, 0), fixed(each.accuracy, 3)])}
        />
      )}
    </div>
  );
}
