import { useLoaded } from '../api';
import { moment, whole } from '../format';
import { Card, Heading, State } from '../parts';
import { Instances } from '../serving/instances';
import type { ServingState } from '../serving/kinds';
import { Loaded } from '../serving/loaded';
import { readServing } from '../serving/reads';

/** Which backends answer predictions, how quickly, and with which versions. */
export function Serving() {
  const found = useLoaded('serving', readServing, 3000);
  const of = found.data;
  return (
    <>
      <Heading title="Serving" about="Backends that compute forecasts and scores, as this API sees them." />
      <Card title="Backends" aside={of && <span className="soft">as of {moment(of.asOf)}</span>}>
        <State
          of={found}
          isEmpty={of?.backends.length === 0}
          empty="No backend is named yet: set SERVING_URL."
        />
        {of && <Fallback of={of} />}
        {of && <Instances items={of.backends} />}
      </Card>
      {of && (
        <Card title="Loaded versions">
          <Loaded of={of} />
        </Card>
      )}
    </>
  );
}

function Fallback({ of: { fallback } }: { of: ServingState }) {
  if (!fallback) return null;
  const { active, address, reason, since, requests } = fallback;
  if (active)
    return (
      <p role="alert" className="alert">
        {address ?? 'A fallback'} answers in place of the primary backends since {moment(since)}: {reason}.{' '}
        {whole(requests)} batches so far.
      </p>
    );
  if (requests === 0) return null;
  return (
    <p className="note soft">
      The primary backends answer again. Fallbacks have answered {whole(requests)} batches
      {reason ? `, the last time because ${reason}` : ''}.
    </p>
  );
}
