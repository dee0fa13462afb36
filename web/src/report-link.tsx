import { keyHeader } from './api';

/** A link cannot send an API key: with one the page is fetched and opened as a file of this tab. */
export function ReportLink({ address, children }: { address: string; children: string }) {
  const open = async (): Promise<void> => {
    const answer = await fetch(address, { headers: keyHeader() });
    window.open(URL.createObjectURL(await answer.blob()), '_blank', 'noopener');
  };
  if (keyHeader()['authorization']) return <button onClick={() => void open()}>{children}</button>;
  return (
    <a className="button" href={address} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
