import { Fact } from '../backtests/judgement';
import { bytes, number, percent, whole } from '../format';
import { Empty } from '../parts';
import { Table } from '../table';
import { Fill } from './fill';
import type { Machine } from './kinds';

/** The machine that this API runs on. */
export function MachineFacts({ of: { cores, memoryBytes, freeMemoryBytes, load, gpus } }: { of: Machine }) {
  return (
    <>
      <dl className="row">
        <Fact name="Cores" value={whole(cores)} />
        <Fact
          name="Load"
          value={number(load, 3)}
          title="Processes that run or wait to, a mean of the last minute"
        />
        <Fact
          name="Memory used"
          value={
            <>
              {bytes(memoryBytes - freeMemoryBytes)} of {bytes(memoryBytes)}
              <Fill used={memoryBytes - freeMemoryBytes} of={memoryBytes} />
            </>
          }
        />
      </dl>
      {gpus.length === 0 ? (
        <Empty>No GPU was found: models compute on the processor.</Empty>
      ) : (
        <Table
          label="GPUs"
          head={['GPU', { name: 'memory used', kind: 'text' }, { name: 'in use', kind: 'number' }]}
          rows={gpus.map((each) => [
            each.name,
            <span key="m">
              {bytes(each.usedBytes)} of {bytes(each.memoryBytes)}
              <Fill used={each.usedBytes ?? 0} of={each.memoryBytes ?? 0} />
            </span>,
            percent(each.utilisation, 0),
          ])}
        />
      )}
    </>
  );
}
