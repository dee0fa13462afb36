import { useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { chance, change, moment, percent, range, whole } from '../format';
import { Card, State } from '../parts';
import { Table } from '../table';
import { Experiment } from './experiment';
import { OneComparison, type Compared } from './one-comparison';

/** Two models on the same texts or articles, with tests of whether the difference is chance. */
export function SentimentComparisons() {
  const found = useLoaded(
    'sentiment comparisons',
    async () => dataOf(await client.GET('/sentiment/comparisons', { params: { query: { limit: 50 } } })),
    15_000,
  );
  const items = found.data?.items ?? [];
  const [chosen, setChosen] = useState('');
  const one = items.find((each) => each.id === chosen) ?? items[0];
  return (
    <>
      <Card title="Comparisons of sentiment models, newest first">
        <Experiment />
        <State
          of={found}
          isEmpty={items.length === 0}
          empty={
            <>
              No two models were compared yet: <code>finsight sentiment compare --data texts.csv</code> on
              labelled texts, or <code>finsight sentiment compare</code> on the articles that both have
              scored.
            </>
          }
        />
        <ComparisonTable items={items} shown={one?.id} onChoose={setChosen} />
      </Card>
      {one && <OneComparison key={one.id} of={one} />}
    </>
  );
}

interface Listed {
  items: Compared[];
  shown: string | undefined;
  onChoose(id: string): void;
}

function ComparisonTable({ items, shown, onChoose }: Listed) {
  return (
    <Table
      label="Comparisons of sentiment models"
      isCurrent={(row) => items[row]?.id === shown}
      head={[
        'models',
        'compared on',
        { name: 'texts', kind: 'number' },
        { name: 'labelled', kind: 'number' },
        { name: 'agree', kind: 'number', title: 'Share of texts to which both gave the same label' },
        { name: 'accuracy, first', kind: 'number' },
        { name: 'second', kind: 'number' },
        { name: 'difference, 95 %', kind: 'number', title: 'Of the accuracy, by paired bootstrap' },
        { name: 'McNemar p', kind: 'number' },
        { name: 'source', kind: 'text' },
        { name: 'as of', kind: 'number' },
      ]}
      rows={items.map((each) => [
        <span key="m" className="actions">
          {each.models[0]}
          <span className="under">against {each.models[1]}</span>
          {each.id !== shown && (
            <button type="button" onClick={() => onChoose(each.id)}>
              Show
            </button>
          )}
        </span>,
        each.basis === 'texts' ? each.data : 'articles that both scored',
        whole(each.n),
        whole(each.labelled),
        percent(each.agreement),
        percent(each.figures?.a.accuracy),
        percent(each.figures?.b.accuracy),
        range(each.difference?.accuracy95 ?? [], (bound) => change(bound)),
        chance(each.mcnemar?.pValue),
        each.source.kind,
        moment(each.createdAt),
      ])}
    />
  );
}
