import { Fragment } from 'react';
import { moment, number, tiny } from '../format';
import { Badge, Digest, SourceBadge } from '../parts';
import { Table } from '../table';
import { nameOf, versionAddress, type Version } from './kinds';

interface Listed {
  items: Version[];
  shown: string | undefined;
  aliases: Map<string, string[]>;
}

/** Every stored version, forecasters and sentiment models, newest first. */
export function VersionTable({ items, shown, aliases }: Listed) {
  return (
    <Table
      label="Model versions"
      isCurrent={(row) => items[row] !== undefined && nameOf(items[row]) === shown}
      head={[
        'model',
        { name: 'stage', kind: 'text', title: 'And the aliases that lead to it' },
        'kind',
        'source',
        { name: 'trained', kind: 'number' },
        { name: 'training, s', kind: 'number' },
        { name: 'ONNX parity', kind: 'number', title: 'Largest difference between trainer and export' },
        'dataset',
        'ONNX sha256',
      ]}
      rows={items.map((each) => [
        each.task === 'forecast' ? (
          <a key="a" href={versionAddress(nameOf(each))}>
            {nameOf(each)}
          </a>
        ) : (
          <span key="a">
            {nameOf(each)}
            <span className="under">sentiment</span>
          </span>
        ),
        <Fragment key="b">
          <Badge tone={each.stage}>{each.stage}</Badge>
          {aliases.has(each.id) && <span className="under">{aliases.get(each.id)?.join(', ')}</span>}
        </Fragment>,
        each.kind,
        <SourceBadge key="s" source={each.source} />,
        moment(each.createdAt),
        number(each.seconds, 3),
        tiny(each.parityMaxAbs),
        each.dataset ? <code key="d">{each.dataset}</code> : '–',
        <Digest key="o" sha256={each.onnx.sha256} />,
      ])}
    />
  );
}
