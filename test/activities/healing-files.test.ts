import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { barsFileSteps } from '../../activities/bars/files.js';
import { storedBarsSteps } from '../../activities/bars/stored.js';
import { transformSteps } from '../../activities/bars/transform.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { HealReport } from '../../domain/coverage.js';
import { temporaryDirectory } from '../adapters/directories.js';

const HOUR = 3_600_000;
const FIRST = Date.UTC(2024, 0, 1);
const STREAM = 'x/Y-Z/1h';

const portsOf = (given: Record<string, string> = {}): Ports & { directory: string } => {
  const directory = temporaryDirectory();
  return { ...openPorts(readConfig({ FINSIGHT_DATA_DIR: directory, ...given })), directory };
};

const row = (hour: number, values = '10.5,12.25,9,11,5.5'): string => `${FIRST + hour * HOUR},${values}\n`;

function fileOf(rows: string[], name = 'bars.csv'): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, `time,open,high,low,close,volume\n${rows.join('')}`);
  return path;
}

const hours = (count: number, values?: string): string[] =>
  Array.from({ length: count }, (_, hour) => row(hour, values));

async function breakStream(ports: Ports, drop: number, stream = STREAM): Promise<void> {
  const { io } = createActivities(ports);
  const { source } = await io.measureStream({ stream });
  const plan = await io.planDrill({ stream, source, drop, seed: '1' });
  await io.dropBars({ ...plan, principal: 'local', tenant: 'default' });
  await io.measureStream({ stream });
}

async function heal(ports: Ports, id: string, stream = STREAM): Promise<HealReport> {
  const { io } = createActivities(ports);
  const { source, from } = await io.measureStream({ stream });
  await io.fillHoles({ stream, source, cursor: from });
  return io.settleHeal({ stream, source, heal: id });
}

const contentOf = async (ports: Ports, asOf?: number): Promise<string> => {
  const out = join(temporaryDirectory(), 'out.csv');
  const given = asOf === undefined ? {} : { asOf };
  return (await storedBarsSteps(ports).exportStoredBars({ stream: STREAM, out, format: 'csv', ...given }))
    .sha256;
};

describe('a stream that was imported from files', () => {
  it('heals from the files that were kept: every version comes back, and a second heal finds nothing to do', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    await files.importBarsFile({ path: fileOf(hours(200)), stream: STREAM });
    const late = FIRST + 1000 * HOUR;
    const corrected = fileOf(hours(80, '10.5,12.25,9,11.5,5.5'), 'late.csv');
    await files.importBarsFile({ path: corrected, stream: STREAM, knownAt: late });
    const before = [await contentOf(ports), await contentOf(ports, late - 1)];
    await breakStream(ports, 37);
    expect(await heal(ports, '1')).toMatchObject({ healed: 37, coverage: 1, missing: 0, exchangeClosed: 0 });
    expect([await contentOf(ports), await contentOf(ports, late - 1)]).toEqual(before);
    expect(await heal(ports, '2')).toMatchObject({ healed: 0, coverage: 1 });
    await ports.close();
  });

  it('owes a refused row as quarantined and proves what the file lacks, but not what another file has', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    const rows = hours(100);
    rows[30] = row(30, '10.5,2,9,11,5.5');
    rows.splice(60, 5);
    await files.importBarsFile({ path: fileOf(rows), stream: STREAM });
    await files.importBarsFile({ path: fileOf([row(61), row(63)], 'more.csv'), stream: STREAM });
    await breakStream(ports, 96);
    expect(await heal(ports, '1')).toMatchObject({
      present: 96,
      quarantined: 1,
      missing: 0,
      exchangeClosed: 3,
    });
    await ports.close();
  });

  it('proves nothing where a row has no readable time', async () => {
    const ports = portsOf();
    const rows = hours(50);
    rows[20] = 'soon,10.5,12.25,9,11,5.5\n';
    await barsFileSteps(ports).importBarsFile({ path: fileOf(rows), stream: STREAM });
    await breakStream(ports, 5);
    expect(await heal(ports, '1')).toMatchObject({ healed: 5, missing: 1, exchangeClosed: 0 });
    await ports.close();
  });

  it('says what to name instead where no file is kept, and never looks for a directory of that name', async () => {
    const ports = portsOf({ FINSIGHT_KEEP_ANSWERS: 'off' });
    await barsFileSteps(ports).importBarsFile({ path: fileOf(hours(50)), stream: STREAM });
    await breakStream(ports, 5);
    const message = /bars\.csv@.*not kept.*--source live or --source recorded:<directory>/;
    await expect(heal(ports, '1')).rejects.toThrow(message);
    const { source } = await createActivities(ports).io.measureStream({ stream: STREAM });
    const asked = ports.markets(source).resolve({ symbol: 'Y-Z', timeframe: '1h', exchange: 'x' });
    await expect(asked).rejects.toThrow(/is a file that was imported/);
    await ports.close();
  });

  it('is verified by the bytes of the kept file', async () => {
    const ports = portsOf();
    const path = fileOf(hours(50));
    const { sha256 } = await barsFileSteps(ports).importBarsFile({ path, stream: STREAM });
    expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true });
    const key = `files/${sha256}`;
    writeFileSync(ports.objects.locate(key), 'something else');
    expect((await ports.lineage.verify(STREAM)).firstBroken?.what).toBe(`sha256 of ${key}`);
    await breakStream(ports, 5);
    await expect(heal(ports, '1')).rejects.toMatchObject({ name: 'DataQualityError' });
    rmSync(ports.objects.locate(key));
    expect((await ports.lineage.verify(STREAM)).firstBroken?.found).toBe('missing');
    // The same file once more stores no bar, and puts back what was damaged or lost.
    for (const damage of [() => undefined, () => writeFileSync(ports.objects.locate(key), 'else')]) {
      damage();
      await barsFileSteps(ports).importBarsFile({ path, stream: STREAM });
      expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true });
    }
    await ports.close();
  });

  it('names the stream that longer bars were made from', async () => {
    const ports = portsOf();
    await barsFileSteps(ports).importBarsFile({ path: fileOf(hours(48)), stream: STREAM });
    await transformSteps(ports).resampleStoredBars({ stream: STREAM, timeframe: '4h' });
    await breakStream(ports, 2, 'x/Y-Z/4h');
    await expect(heal(ports, '1', 'x/Y-Z/4h')).rejects.toThrow('finsight bars resample x/Y-Z/1h 4h');
    await ports.close();
  });
});
