import type { Deployment } from './kinds';
import { versionOf } from './kinds';
import { number } from '../format';

/** The share of requests that each version answers, as a bar and in words. */
export function Split({ of }: { of: Pick<Deployment, 'champion' | 'candidate' | 'percent' | 'stage'> }) {
  const shares = sharesOf(of);
  if (shares.length === 0) return <span className="soft">no version serves</span>;
  const words = shares.map(({ name, percent }) => `${number(percent)} % ${name}`).join(', ');
  return (
    <div>
      <div className="split" role="img" aria-label={`Requests: ${words}`}>
        {shares.map(({ name, percent, role }) => (
          <span key={name} className={role} style={{ width: `${percent}%` }} />
        ))}
      </div>
      <div className="legend" aria-hidden="true">
        {shares.map(({ name, percent, role }) => (
          <span key={name} className={`key ${role}`}>
            <i /> <b>{number(percent)} %</b> {role} {name}
          </span>
        ))}
      </div>
    </div>
  );
}

type Share = { name: string; percent: number; role: 'champion' | 'candidate' };

/** Who answers at present; a shadow answers nobody. */
export function sharesOf(of: Pick<Deployment, 'champion' | 'candidate' | 'percent'>): Share[] {
  const toCandidate = of.candidate === null ? 0 : of.percent;
  const shares: Share[] = [];
  if (of.champion !== null && toCandidate < 100)
    shares.push({ name: versionOf(of.champion), percent: 100 - toCandidate, role: 'champion' });
  if (of.candidate !== null && toCandidate > 0)
    shares.push({ name: versionOf(of.candidate), percent: toCandidate, role: 'candidate' });
  return shares;
}
