/** Prometheus and Grafana of docker-compose.yml find what they are to look at. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { configure } from '../../src/app/configure.ts';
import { dashboardFiles } from '../support/dashboards.ts';
import { lint, linter } from '../support/linters.ts';
import { compose } from './files.ts';

const { services } = compose();
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));

/** What a container has of the repository: path there -> path here. */
const mounted = (name: string): Map<string, string> =>
  new Map(
    (services[name]?.volumes ?? []).flatMap(volume => {
      const [, here, there] = /^\.\/(.*):(.*):ro$/.exec(volume) ?? [];
      return here === undefined || there === undefined ? [] : [[there, here] as const];
    }),
  );

const Prometheus = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      static_configs: z.tuple([z.strictObject({ targets: z.tuple([z.string()]) })]),
    }),
  ),
});

describe('Prometheus', () => {
  const config = Prometheus.parse(read('deploy/prometheus/prometheus.yaml'));

  test('is given its file and the alert rules', () => {
    const [there = '', here = ''] = [...mounted('prometheus')][0] ?? [];
    expect(services['prometheus']?.command).toContain(`--config.file=${there}/prometheus.yaml`);
    for (const file of ['prometheus.yaml', ...config.rule_files]) expect(existsSync(join(root, here, file))).toBe(true);
  });

  test('asks the engine and the server where a forwarder carries it to their loopback', () => {
    const targets = config.scrape_configs.map(
      ({
        job_name,
        static_configs: [
          {
            targets: [target],
          },
        ],
      }) => [job_name, target],
    );
    const [fromRun, toRun] = services['front-run']?.command ?? [];
    const [fromServe] = services['front']?.command ?? [];
    expect(targets).toEqual([
      ['millrace-run', `run:${fromRun}`],
      ['millrace-serve', `serve:${fromServe}`],
    ]);
    expect(services['front-run']?.network_mode).toBe('service:run');
    const { worker } = configure({ environment: services['run']?.environment ?? {} }).config;
    expect(worker).toEqual({ port: Number(toRun), address: `http://run:${fromRun}` });
  });

  const promtool = linter('promtool');
  test.skipIf(promtool === '')('reads its file (skipped where promtool is not installed: see .ci/run)', () => {
    expect(lint(promtool, ['check', 'config', join(root, 'deploy/prometheus/prometheus.yaml')])).toMatchObject({
      status: 0,
    });
  });
});

describe('Grafana', () => {
  test('finds the dashboards, the first of which it shows, and Prometheus', () => {
    const here = mounted('grafana');
    const Providers = z.looseObject({
      providers: z.tuple([z.looseObject({ options: z.object({ path: z.string() }) })]),
    });
    const folder = 'deploy/grafana/provisioning';
    const [{ options }] = Providers.parse(read(`${folder}/dashboards/millrace.yaml`)).providers;
    expect(here.get(options.path)).toBe('deploy/grafana/dashboards');
    expect(here.get('/etc/grafana/provisioning')).toBe(folder);
    const home = services['grafana']?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(home).toBe(`${options.path}/overview.json`);
    expect(dashboardFiles().map(({ uid }) => uid)).toContain('millrace-overview');
    const Sources = z.looseObject({ datasources: z.tuple([z.looseObject({ type: z.string(), url: z.url() })]) });
    const [{ type, url }] = Sources.parse(read(`${folder}/datasources/prometheus.yaml`)).datasources;
    expect({ type, url }).toEqual({ type: 'prometheus', url: 'http://prometheus:9090' });
  });

  test('finds the traces that those that go on tell to Jaeger', () => {
    const Sources = z.looseObject({ datasources: z.tuple([z.looseObject({ type: z.string(), url: z.url() })]) });
    const [{ type, url }] = Sources.parse(read('deploy/grafana/provisioning/datasources/jaeger.yaml')).datasources;
    expect({ type, url }).toEqual({ type: 'jaeger', url: 'http://jaeger:16686' });
    expect(services['jaeger']).toMatchObject({ ports: ['127.0.0.1:16686:16686'] });
    const traced = Object.keys(services).filter(name => {
      const { telemetry } = configure({ environment: services[name]?.environment ?? {} }).config;
      return telemetry.traces.endpoint === 'http://jaeger:4318/v1/traces';
    });
    expect(traced).toEqual(['run', 'serve']);
  });
});
