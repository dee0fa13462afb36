import { useState } from 'react';

/** A command to take elsewhere. Where the page may not write to the clipboard, the text can still be selected. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const [state, setState] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('Copied.');
    } catch {
      setState('The browser does not allow it here: select the text and copy it.');
    }
  };
  return (
    <div className="copyable actions">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>{' '}
      <span role="status" className="soft">
        {state}
      </span>
    </div>
  );
}
