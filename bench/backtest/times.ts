/** CPU time of this process and its threads, milliseconds. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least CPU time of each job: in every round each runs once, so that what disturbs one disturbs all. */
export async function interleaved(
  jobs: Record<string, () => unknown>,
  rounds: number,
): Promise<Record<string, number>> {
  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, job] of Object.entries(jobs))
      best[name] = Math.min(best[name] ?? Infinity, await cpuMs(job));
  return best;
}
