import { useLoaded } from '../api';
import { moment } from '../format';
import { Card, Heading, State } from '../parts';
import { MachineFacts } from '../resources/machine';
import { Queues } from '../resources/queues';
import { readResources } from '../resources/reads';
import { TrainingQueue } from '../resources/training';
import { Workers } from '../resources/workers';

/** What waits, who works on it, and what the machine has left. */
export function Resources() {
  const found = useLoaded('resources', readResources, 3000);
  const of = found.data;
  return (
    <>
      <Heading title="Resources" about="What waits on each queue, who works on it, and what is left." />
      <Card title="Queues" aside={of && <span className="soft">as of {moment(of.asOf)}</span>}>
        <State of={found} isEmpty={of?.queues.length === 0} empty="No queue is known yet." />
        {of && <Queues items={of.queues} />}
        {of && <Workers items={of.queues} />}
      </Card>
      {of && (
        <div className="halves">
          <Card title="Training queue">
            <TrainingQueue of={of.training} />
          </Card>
          <Card title="Machine of the API">
            <MachineFacts of={of.machine} />
          </Card>
        </div>
      )}
    </>
  );
}
