import { useCallback, useState } from 'react';
import { Comparison } from '../backtests/comparison';
import { Detail } from '../backtests/detail';
import { History } from '../backtests/history';
import { Optimisations } from '../backtests/optimisations';
import { RunForm } from '../backtests/run-form';
import { Card, Heading, type PageProps } from '../parts';

/** `#/backtests/bt_…` is one result; anything else behind the page's name is the group that is compared. */
export function Backtests({ rest }: PageProps) {
  const [version, setVersion] = useState(0);
  const renew = useCallback(() => setVersion((old) => old + 1), []);
  const address = rest.join('/');
  if (address.startsWith('bt_')) return <Detail key={address} id={address} />;
  return (
    <>
      <Heading
        title="Backtests"
        about="Strategies after costs, beside buying and holding over the same window."
      />
      <Card title="Run a backtest">
        <RunForm onResult={renew} />
      </Card>
      <Comparison shownId={address} version={version} />
      <History version={version} />
      <Optimisations version={version} />
    </>
  );
}
