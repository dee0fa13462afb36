import { moment } from '../format';
import { stageText, stepsOf, type Deployment } from './kinds';

const WORDS: Record<string, string> = { running: 'now', failed: 'stopped here', ended: '' };

/** The way into service: which stages are behind, and when they were entered. */
export function Stages({ of }: { of: Deployment }) {
  return (
    <ol className="steps stages" aria-label="Stages">
      {stepsOf(of).map(({ name, state, at }) => (
        <li key={name} className={state} aria-current={state === 'running' ? 'step' : undefined}>
          <b>{stageText(name)}</b>{' '}
          <span>{[WORDS[state] ?? state, at === null ? '' : moment(at)].filter(Boolean).join(', ')}</span>
        </li>
      ))}
    </ol>
  );
}
