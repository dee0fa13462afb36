import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { temporaryDirectory } from './directories.js';

const HOUR = 3_600_000;
const FIRST = Date.UTC(2024, 0, 1);
const STREAM = 'x/Y-Z/1h';

function fileOf(from: number, count: number): string {
  const path = join(temporaryDirectory(), 'bars.csv');
  const rows = Array.from(
    { length: count },
    (_, i) => `${FIRST + (from + i) * HOUR},10.5,12.25,9,11,${i}.5\n`,
  );
  writeFileSync(path, `time,open,high,low,close,volume\n${rows.join('')}`);
  return path;
}

describe.each(['parquet', 'csv'])('a partition of the %s store', (kind) => {
  const opened = async () => {
    const directory = temporaryDirectory();
    const ports = openPorts(
      readConfig({ FINSIGHT_DATA_DIR: directory, SERIES_URL: `${kind}:${join(directory, 'bars')}` }),
    );
    await barsFileSteps(ports).importBarsFile({ path: fileOf(0, 300), stream: STREAM });
    const names = readdirSync(join(directory, 'bars'), { recursive: true }) as string[];
    const name = names.find((each) => each.endsWith(`bars.${kind}`)) ?? '';
    return { ports, name, file: join(directory, 'bars', name) };
  };

  it('is verified by its bytes: one that was changed is named, wherever it is', async () => {
    const { ports, name, file } = await opened();
    expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true, checks: 2 });
    const sound = readFileSync(file);
    for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const bytes = Buffer.from(sound);
      const at = Math.floor(bytes.length * part);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      expect((await ports.lineage.verify(STREAM)).ok).toBe(false);
    }
    const { broken } = await ports.lineage.verify(STREAM);
    expect(broken.map(({ what }) => what)).toContain(`sha256 of ${name}`);
    await ports.close();
  });

  it('is not written on where it was changed: it would look sound afterwards', async () => {
    const { ports, file } = await opened();
    const bytes = readFileSync(file);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const more = barsFileSteps(ports).importBarsFile({ path: fileOf(300, 10), stream: STREAM });
    await expect(more).rejects.toMatchObject({ name: 'DataQualityError' });
    await ports.close();
  });

  it('stays sound through more writes, and a writer that died between its seal and its file', async () => {
    const { ports, file } = await opened();
    const before = readFileSync(file);
    await barsFileSteps(ports).importBarsFile({ path: fileOf(300, 10), stream: STREAM });
    expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true });
    writeFileSync(file, before);
    expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true });
    rmSync(`${file}.sha256`);
    expect(await ports.lineage.verify(STREAM)).toMatchObject({ ok: true });
    await ports.close();
  });
});
