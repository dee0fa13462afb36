import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments, parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'infra', 'kubernetes');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { image: string }>;
};

interface Container {
  image: string;
  ports: { name: string; containerPort: number }[];
  livenessProbe: unknown;
  readinessProbe: unknown;
}
interface Resource {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    selector: Record<string, unknown>;
    ports?: { name: string; port: number }[];
    template?: { metadata: { labels: Record<string, string> }; spec: { containers: Container[] } };
  };
}

it.each(['triton.yml'])('%s is probed, pinned as the compose file is, and found by its service', (file) => {
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  const resources = documents.map((each) => each.toJS() as Resource);
  const pods = resources.flatMap(({ metadata, spec }) =>
    spec.template ? [{ name: metadata.name, ...spec.template }] : [],
  );
  expect(pods).not.toEqual([]);
  for (const { name, metadata, spec } of pods) {
    const [container] = spec.containers;
    expect(container?.image).toBe(compose.services[name]?.image);
    expect([container?.livenessProbe, container?.readinessProbe]).not.toContain(undefined);
    const service = resources.find((each) => each.kind === 'Service' && each.metadata.name === name);
    expect(metadata.labels).toMatchObject(service?.spec.selector ?? { none: '' });
    expect(service?.spec.ports?.map(({ port }) => port)).toEqual(
      container?.ports.map((each) => each.containerPort),
    );
  }
});
