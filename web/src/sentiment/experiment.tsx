import { client, dataOf, useLoaded } from '../api';
import { moment, percent } from '../format';
import { Badge } from '../parts';

/** The challenger that scores a share of the articles now, where there is one. */
export function Experiment() {
  const models = useLoaded(
    'sentiment experiment',
    async () => dataOf(await client.GET('/sentiment/models')),
    60_000,
  );
  const running = models.data?.experiment;
  if (!running) return null;
  return (
    <p>
      <Badge tone="running">{running.kind === 'ab' ? 'A/B' : 'shadow'}</Badge> {running.challenger} scores{' '}
      {percent(running.share, 0)} of the articles{' '}
      {running.kind === 'ab' ? 'and is served for them' : 'beside the served model'}{' '}
      <span className="soft">
        since {moment(running.startedAt)}, by {running.startedBy}
      </span>
    </p>
  );
}
