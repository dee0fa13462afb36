import type { FormEvent } from 'react';
import { saveKey, useLink } from './api';

/** Said once for the whole page: the API does not answer, or wants a key. */
export function Notice() {
  const link = useLink();
  if (link === 'away')
    return (
      <div role="alert" className="alert notice">
        <b>The API at {location.host} does not answer.</b> Trying again every few seconds; what is shown was
        read before. Start the platform with <code>npm start</code> or <code>npx finsight up</code>.
      </div>
    );
  if (link === 'locked') return <KeyForm />;
  return null;
}

function KeyForm() {
  const unlock = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    saveKey(String(new FormData(event.currentTarget).get('key') ?? '').trim());
    location.reload();
  };
  return (
    <form className="alert notice" onSubmit={unlock}>
      <label>
        This platform needs an API key; it is kept in this tab only
        <input name="key" type="password" autoComplete="off" required size={32} />
      </label>
      <button className="primary">Unlock</button>
    </form>
  );
}
