import type { Ports } from '../../adapters/ports.js';
import type { Deployment } from '../../domain/deployment/record.js';
import { routeOf, type Route } from '../../domain/deployment/routing.js';
import { sourceKey } from '../../domain/sources.js';
import type { Asked } from './asked.js';
import { admit, evidenceOf, type Candidate, type Candidates, type Evidence } from './candidates.js';

/** How a request is counted for a rollout. */
export interface Routed {
  route: Route;
  deployment: string;
  /** Of what is counted: the version that is on its way, the one before it, or that one in its place. */
  as: 'candidate' | 'champion' | 'fallback';
  /** How long one inference may take before the next one is asked, ms; null: as long as it takes. */
  timeoutMs: number | null;
  /** Asked, too, without being heard. */
  mirror: Candidate | null;
}

const ON_ITS_WAY = ['shadow', 'canary', 'promoted'];

/**
 * Puts the versions of rollouts among those who may answer: the canary before its champion where the request falls to it,
 * the version before behind one that is still watched, the candidate of a shadow beside its champion.
 */
export async function routeCandidates(
  ports: Ports,
  evidence: Evidence,
  { asked, found, barTime }: { asked: Asked; found: Candidates; barTime: number },
): Promise<Candidates> {
  // Whoever asks for one version gets that one.
  if (asked.model !== null) return found;
  const { items } = await ports.documents.find<Deployment>('deployments', {
    where: {
      ...{ sourceKey: sourceKey(asked.source), stage: ON_ITS_WAY },
      ...(asked.name === null ? {} : { model: asked.name }),
    },
    limit: 200,
  });
  const key = { stream: asked.stream, barTime, stickyKey: asked.stickyKey, now: ports.now() };
  let routed = found;
  for (const deployment of items) {
    const route = routeOf(deployment, key);
    if (route) routed = await applied(ports, evidence, { asked, found: routed, deployment, route });
  }
  return routed;
}

interface Applied {
  asked: Asked;
  found: Candidates;
  deployment: Deployment;
  route: Route;
}

async function applied(ports: Ports, evidence: Evidence, given: Applied): Promise<Candidates> {
  const { asked, found, deployment, route } = given;
  const shared = { route, deployment: deployment.id };
  const versionOf = (id: string | null, evaluations: string[], reason: string): Promise<Candidate | null> =>
    admitted(ports, evidence, { asked, id, evaluations, reason });
  const { candidate, evaluations } = deployment;
  const at = found.asked.findIndex(({ model }) => model.id === deployment.champion);
  const own = found.asked[at] ?? null;
  const others = found.asked.filter((_, i) => i !== at);
  const put = (versions: Candidate[]): Candidates => ({
    ...found,
    asked: others.toSpliced(at < 0 ? others.length : at, 0, ...versions),
  });
  if (route.phase === 'promoted') {
    if (!own) return found;
    const before = await versionOf(route.fallback, deployment.previousEvaluations, 'the version before');
    const routed = { ...shared, as: 'candidate' as const, timeoutMs: null, mirror: null };
    return put([
      { ...own, routed },
      ...(before ? [{ ...before, routed: { ...routed, as: 'fallback' as const } }] : []),
    ]);
  }
  const champion = own && {
    ...own,
    routed: { ...shared, as: 'champion' as const, timeoutMs: null, mirror: null },
  };
  if (route.answers === 'champion') {
    const mirror = route.mirror && (await versionOf(candidate, evaluations, 'mirrored'));
    if (champion) return put([{ ...champion, routed: { ...champion.routed, mirror: mirror || null } }]);
    // Nothing is served under the name yet: the candidate is asked beside the baseline.
    return mirror && asked.name === deployment.model
      ? { ...found, unserved: { ...shared, as: 'champion', timeoutMs: null, mirror } }
      : found;
  }
  const reason = `canary of ${deployment.model} at ${route.percent} % (${deployment.workflowId})`;
  const canary = await versionOf(candidate, evaluations, reason);
  if (!canary) return found;
  const timeoutMs = deployment.policy?.canary.timeoutMs ?? null;
  const first = { ...canary, routed: { ...shared, as: 'candidate' as const, timeoutMs, mirror: null } };
  const fallback = champion && { ...champion, routed: { ...champion.routed, as: 'fallback' as const } };
  return put([first, ...(fallback ? [fallback] : [])]);
}

/** Null where it was not evaluated on this very stream and horizon, or cannot be served: the others answer as before. */
async function admitted(
  ports: Ports,
  evidence: Evidence,
  given: { asked: Asked; id: string | null; evaluations: string[]; reason: string },
): Promise<Candidate | null> {
  const { asked, id, evaluations, reason } = given;
  const evaluation = id === null ? undefined : evidenceOf(await evidence.byId(evaluations), asked);
  if (id === null || !evaluation) return null;
  const alone: Candidates = { asked: [], refusals: [] };
  await admit(ports, alone, { id, evaluation, asked, reason });
  return alone.asked[0] ?? null;
}
