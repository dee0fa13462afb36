import { useState } from 'react';
import { client, dataOf, textOf, useLoaded } from '../api';
import { Failure } from '../parts';

/** Asks once more before a result goes for good; those who may only look see no button. */
export function Removal({ id }: { id: string }) {
  const me = useLoaded('me', async () => dataOf(await client.GET('/me')));
  const [state, setState] = useState<'quiet' | 'asked' | 'kept'>('quiet');
  const [error, setError] = useState<string | null>(null);
  const mayRemove = me.data?.roles.some((role) => role === 'operator' || role === 'admin') ?? false;
  const remove = async (): Promise<void> => {
    try {
      const { response, error: problem } = await client.DELETE('/backtests/{id}', {
        params: { path: { id } },
      });
      // A removal answers without a body.
      if (!response.ok) dataOf({ response, error: problem });
      location.hash = '#/backtests';
    } catch (reason) {
      setError(textOf(reason));
      setState('kept');
    }
  };
  if (!mayRemove) return null;
  if (state !== 'asked')
    return (
      <>
        <button ref={state === 'kept' ? focus : null} onClick={() => setState('asked')}>
          Delete
        </button>
        <Failure error={error} />
      </>
    );
  return (
    <span role="group" aria-label="Delete this backtest?">
      Delete result, trades and tear sheet?{' '}
      <button className="danger" onClick={() => void remove()}>
        Yes, delete
      </button>{' '}
      {/* The harmless answer is the one that Enter gives. */}
      <button ref={focus} onClick={() => setState('kept')}>
        Keep
      </button>
    </span>
  );
}

const focus = (element: HTMLButtonElement | null): void => element?.focus();
