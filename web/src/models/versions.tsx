import { moment, number, tiny } from '../format';
import { Badge, Digest, SourceBadge } from '../parts';
import { Table } from '../table';
import { nameOf, versionAddress, type Version } from './kinds';

/** Every stored version, forecasters and sentiment models, newest first. */
export function VersionTable({ items, shown }: { items: Version[]; shown: string | undefined }) {
  return (
    <Table
      label="Model versions"
      isCurrent={(row) => items[row] !== undefined && nameOf(items[row]) === shown}
      head={[
        'model',
        'stage',
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
        <Badge key="b" tone={each.stage}>
          {each.stage}
        </Badge>,
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
