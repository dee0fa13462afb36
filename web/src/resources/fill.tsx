import { percent } from '../format';

/** How full something is, as a bar; the words beside it carry the figures. */
export function Fill({ used, of }: { used: number; of: number }) {
  const share = of > 0 ? Math.min(1, Math.max(0, used / of)) : 0;
  return (
    <span className="split small" role="img" aria-label={percent(share, 0)}>
      <span className={share >= 0.9 ? 'full' : 'champion'} style={{ width: `${100 * share}%` }} />
    </span>
  );
}
