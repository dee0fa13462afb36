import { useState } from 'react';
import { keyHeader, textOf } from './api';
import { Failure } from './parts';

/** Opens a stored page in a tab of its own. A link cannot send an API key: with one the page is fetched first. */
export function PageLink({ address, name }: { address: string; name: string }) {
  const [error, setError] = useState<string | null>(null);
  const open = async (): Promise<void> => {
    const answer = await fetch(address, { headers: keyHeader() });
    if (!answer.ok) throw new Error(`${name}: ${((await answer.json()) as { detail?: string }).detail}`);
    window.open(URL.createObjectURL(await answer.blob()), '_blank', 'noopener');
  };
  const tryOpen = (): void => {
    setError(null);
    open().catch((reason: unknown) => setError(textOf(reason)));
  };
  if (!keyHeader()['authorization'])
    return (
      <a className="button" href={address} target="_blank" rel="noreferrer">
        {name}
      </a>
    );
  return (
    <>
      <button onClick={tryOpen}>{name}</button>
      <Failure error={error} />
    </>
  );
}
