import { useState, type FormEvent } from 'react';
import { textOf } from '../api';
import { Badge } from '../parts';
import { useMayOperate } from '../roles';
import { checkName } from './checks';
import { versionOf, type Deployment } from './kinds';
import { decide, type Verb } from './reads';

/** What each decision does, and what it needs to be told. */
const DECISIONS: Record<Verb, { name: string; yes: string; done: string; what(of: Deployment): string }> = {
  approve: {
    name: 'Approve',
    yes: 'Yes, approve',
    done: 'Approved.',
    what: (of) => `${named(of.candidate)} goes on to the canary on this evidence.`,
  },
  reject: {
    name: 'Reject',
    yes: 'Yes, reject',
    done: 'Rejected.',
    what: (of) =>
      `${named(of.candidate)} is not served; ${of.champion ? named(of.champion) : 'the best baseline'} goes on answering.`,
  },
  rollback: {
    name: 'Roll back',
    yes: 'Yes, roll back',
    done: 'Rolled back.',
    what: (of) =>
      of.stage === 'promoted'
        ? `${of.previous ? named(of.previous) : 'The best baseline'} answers again in the place of ${named(of.champion)}.`
        : `${named(of.candidate)} is taken back; ${of.champion ? named(of.champion) : 'the best baseline'} answers every request.`,
  },
};
const named = (id: string | null): string => (id ? versionOf(id) : 'no version');

/** Which decisions the stage is open to; whether this principal may take them, the API says. */
export function verbsOf({ stage, approval, champion }: Deployment): Verb[] {
  const open: Verb[] = approval.state === 'waiting' ? ['approve', 'reject'] : [];
  const canGoBack = UNDER_WAY.includes(stage) || (stage === 'promoted' && champion !== null);
  return canGoBack ? [...open, 'rollback'] : open;
}
const UNDER_WAY = ['evidence', 'shadow', 'approval', 'canary'];

/** The decisions that are open, each with a step that shows what is decided on before it counts. */
export function Decisions({ of, onDone }: { of: Deployment; onDone(after: Deployment): void }) {
  // What was read when the person asked: a decision on other evidence is for the API to refuse.
  const [asked, setAsked] = useState<{ verb: Verb; of: Deployment } | null>(null);
  const [left, setLeft] = useState<Verb | null>(null);
  const [done, setDone] = useState('');
  const mayOperate = useMayOperate();
  const verbs = verbsOf(of);
  const close = (after: Deployment | null): void => {
    setLeft(asked?.verb ?? null);
    setAsked(null);
    if (!asked || !after) return;
    setDone(DECISIONS[asked.verb].done);
    onDone(after);
  };
  const ask = (verb: Verb): void => {
    setDone('');
    setAsked({ verb, of });
  };
  if (mayOperate === null) return null;
  if (!mayOperate)
    return verbs.length > 0 ? <p className="soft note">You may look only: an operator decides.</p> : null;
  if (asked) return <Confirm key={asked.verb} {...asked} onClose={close} />;
  return (
    <>
      <p className="filters actions" hidden={verbs.length === 0}>
        {verbs.map((verb) => (
          <button
            key={verb}
            ref={left === verb && !done ? focus : null}
            className={verb === 'approve' ? '' : 'danger'}
            onClick={() => ask(verb)}
          >
            {DECISIONS[verb].name}
          </button>
        ))}
      </p>
      <p role="status" tabIndex={-1} ref={done ? focus : null} className="note">
        {done}
      </p>
    </>
  );
}

interface Asked {
  verb: Verb;
  of: Deployment;
  /** With the deployment after the decision; null where none was taken. */
  onClose(after: Deployment | null): void;
}

function Confirm({ verb, of, onClose }: Asked) {
  const { name, yes, what } = DECISIONS[verb];
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      onClose(await decide({ verb, of, text }));
    } catch (reason) {
      setError(textOf(reason));
      setBusy(false);
    }
  };
  return (
    <form className="confirm" aria-label={`${name} ${of.model}`} onSubmit={(event) => void send(event)}>
      <p className="line">
        <b>{name}?</b> {what(of)}
      </p>
      <p className="line">
        Evidence <code>{of.evidenceSha256 ?? 'none'}</code>
      </p>
      <Failed of={of} />
      <label className="grow">
        {verb === 'rollback' ? 'Reason' : 'Comment, kept in the audit log'}
        <input name="text" required={verb !== 'approve'} maxLength={500} autoComplete="off" />
      </label>
      <button className={verb === 'approve' ? 'primary' : 'danger'} disabled={busy}>
        {yes}
      </button>
      {/* The harmless answer is the one that has the focus. */}
      <button type="button" ref={focus} onClick={() => onClose(null)}>
        Not now
      </button>
      {error && (
        <p role="alert" className="alert line">
          {error}
        </p>
      )}
    </form>
  );
}

/** Nobody should approve what failed without having seen it. */
function Failed({ of: { checks } }: { of: Deployment }) {
  const failed = checks.filter((each) => !each.passed);
  if (failed.length === 0) return null;
  return (
    <p className="line">
      <Badge tone="failed">
        {failed.length} of {checks.length} checks failed
      </Badge>{' '}
      {failed.map(({ name, text }) => `${checkName(name)}: ${text}`).join('; ')}
    </p>
  );
}

const focus = (element: HTMLElement | null): void => element?.focus();
