import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { trainingPython } from '../python.js';

const root = join(import.meta.dirname, '../..');
const read = (...names: string[]): string => readFileSync(join(root, ...names), 'utf8');

interface Service {
  image: string;
  profiles: string[];
  healthcheck: { test?: string[]; disable?: boolean };
  restart: string;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  build?: { dockerfile: string };
  environment?: Record<string, string>;
  secrets?: string[];
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, unknown>;
};
const services = Object.entries(compose.services);

/** `name/of/image:1.2.3`, a release stamp or a version with a suffix; never a tag that moves. */
const PINNED = /^[\w./-]+:(v?\d+\.\d+(\.\d+)?[\w.-]*|RELEASE\.[\dTZ-]+)$/;
const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'];
const KNOWN = new Set(
  'image build profiles restart environment command entrypoint ports volumes secrets depends_on healthcheck hostname stop_grace_period gpus'.split(
    ' ',
  ),
);

const python = trainingPython();
const noPython = 'skipped where the Python environment is not installed';

describe('docker-compose.yml', () => {
  it.skipIf(!python)(`follows the Compose specification (${noPython})`, () => {
    const check = (file: string) =>
      spawnSync(python!, ['-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec', file], {
        cwd: root,
        encoding: 'utf8',
      });
    expect(check('docker-compose.yml').stdout).toContain('ok');
    // It does tell wrong from right.
    expect(check('package.json').status).toBe(1);
  });

  it('has every part of the platform', () => {
    const parts =
      'temporal temporal-ui temporal-database mongodb influxdb minio redis rabbitmq eureka mlflow triton prometheus grafana api';
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(parts.split(' ')));
  });

  it.each(services)(
    '%s has a pinned image, a profile, a health check and a restart policy',
    (_name, service) => {
      expect(service.image).toMatch(PINNED);
      expect(service.profiles.length).toBeGreaterThan(0);
      expect(['CMD', 'CMD-SHELL', undefined]).toContain(service.healthcheck.test?.[0]);
      expect(service.healthcheck.disable ?? service.healthcheck.test).toBeDefined();
      expect(['unless-stopped', 'no']).toContain(service.restart);
      expect(Object.keys(service).filter((key) => !KNOWN.has(key))).toEqual([]);
    },
  );

  it.each(services)('%s names volumes, secrets, files and services that exist', (_name, service) => {
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      expect(
        source.startsWith('.') ? existsSync(join(root, source)) : source in compose.volumes,
        source,
      ).toBe(true);
    }
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    if (service.build) expect(existsSync(join(root, service.build.dockerfile))).toBe(true);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const needed = compose.services[other];
      expect(needed, other).toBeDefined();
      expect(CONDITIONS).toContain(condition);
      // A service waits in vain for one that its own profile does not start.
      expect(needed?.profiles).toEqual(expect.arrayContaining(service.profiles));
      if (condition === 'service_healthy') expect(needed?.healthcheck.test).toBeDefined();
    }
  });

  it('has no password in it', () => {
    const secrets = services.flatMap(([, service]) =>
      Object.entries(service.environment ?? {}).filter(([name]) => /PASS|PWD|TOKEN|SECRET/.test(name)),
    );
    expect(secrets.length).toBeGreaterThan(5);
    for (const [name, value] of secrets) expect(value, name).toMatch(/^\$\{\w+:\?/);
  });

  it('uses every volume that it declares', () => {
    const used = services.flatMap(([, service]) =>
      (service.volumes ?? []).map((volume) => volume.split(':')[0]),
    );
    expect(Object.keys(compose.volumes).filter((name) => !used.includes(name))).toEqual([]);
  });
});

it('Prometheus scrapes services of the compose file and loads a rule file that exists', () => {
  const config = parse(read('infra/prometheus/prometheus.yml')) as {
    rule_files: string[];
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  for (const file of config.rule_files) expect(existsSync(join(root, 'infra/prometheus', file))).toBe(true);
  const hosts = config.scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
  for (const host of hosts.map((target) => target.split(':')[0] ?? ''))
    expect(host === '127.0.0.1' || host in compose.services, host).toBe(true);
});

it.each(readdirSync(join(root, 'infra/grafana/dashboards')))(
  'dashboard %s queries the provisioned source',
  (name) => {
    const dashboard = JSON.parse(read('infra/grafana/dashboards', name)) as {
      panels: { id: number; datasource: { uid: string }; targets: { expr: string }[] }[];
    };
    const source = parse(read('infra/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string }[];
    };
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    for (const panel of dashboard.panels) {
      expect(panel.datasource.uid).toBe(source.datasources[0]?.uid);
      for (const { expr } of panel.targets) expect(expr.length).toBeGreaterThan(0);
    }
  },
);
