/** The chart: its values are ours, and what Helm makes of them is what Kubernetes, KEDA and Prometheus take. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { Values } from '../../deploy/chart/values.ts';
import { root } from '../../scripts/results.ts';
import { configure } from '../../src/app/configure.ts';
import { portSettings } from '../../src/app/port-settings.ts';
import { parsed } from '../docker/command-line.ts';
import { areThere, metadataOf, schemaOf, type CustomKind } from '../support/chart/custom-kinds.ts';
import { chartFolder, helm, type Manifest, manifestsOf, rendered, template } from '../support/chart/render.ts';
import { lint, linter } from '../support/linters.ts';
import { blocksOf } from '../support/markdown.ts';

const read = (path: string): unknown => parse(readFileSync(path, 'utf8'));
/** The settings of processes are held to their own schema, by Helm and below. */
const values = Values.extend({ config: z.unknown() }).parse(read(join(chartFolder, 'values.yaml')));

const kinds = [
  'ConfigMap',
  'CronJob',
  'CronJob',
  'Deployment',
  'NetworkPolicy',
  'NetworkPolicy',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'PodDisruptionBudget',
  'PodMonitor',
  'ScaledObject',
  'Service',
  'Service',
  'ServiceAccount',
  'StatefulSet',
  'TriggerAuthentication',
];
const custom: readonly CustomKind[] = ['PodMonitor', 'ScaledObject', 'TriggerAuthentication'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-chart-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test('the settings of its values are a configuration that every command takes', () => {
  const { config } = z.object({ config: z.unknown() }).parse(read(join(chartFolder, 'values.yaml')));
  const file = written('millrace.yaml', stringify(config));
  const { config: understood } = configure({ file, environment: {} });
  expect(portSettings(understood)).toMatchObject({ transport: 'kafka', documents: 'cosmos', snapshots: 'blob' });
});

test('the chart is of the version of the package', () => {
  const { version } = z.object({ version: z.string() }).parse(read(join(root, 'package.json')));
  expect(read(join(chartFolder, 'Chart.yaml'))).toMatchObject({ version, appVersion: version });
});

const Container = z.looseObject({
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
  securityContext: z.looseObject({
    readOnlyRootFilesystem: z.literal(true),
    allowPrivilegeEscalation: z.literal(false),
  }),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
});
const Pod = z.looseObject({
  securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
  containers: z.tuple([Container]),
  terminationGracePeriodSeconds: z.number().optional(),
});

/** The pod that a manifest makes; undefined for what makes none. */
function podOf({ spec }: Manifest): z.infer<typeof Pod> | undefined {
  const Template = z.looseObject({ template: z.looseObject({ spec: Pod }) });
  const ofJob = z.looseObject({ jobTemplate: z.looseObject({ spec: Template }) }).safeParse(spec);
  if (ofJob.success) return ofJob.data.jobTemplate.spec.template.spec;
  const ofOthers = Template.safeParse(spec);
  return ofOthers.success ? ofOthers.data.template.spec : undefined;
}

describe.skipIf(helm === '')('Helm (skipped where it is not installed: see .ci/run)', () => {
  test('finds the chart well formed', () => {
    expect(lint(helm, ['lint', '--strict', chartFolder])).toMatchObject({ status: 0 });
  });

  test('renders every kind without a value', () => {
    expect(
      rendered()
        .manifests.map(({ kind }) => kind)
        .sort(),
    ).toEqual(kinds);
  });

  test.for([
    ['run.replica=3', /replica/],
    ['config.kafka.broker=x', /broker/],
    ['config.model.factors=1000', /factors/],
    ['config.cosmos.key=secret', /'key' not allowed/],
    ['config.port=80', /'port' not allowed/],
    ['serve.resources.limits.memory=much', /memory/],
    ['podMonitor.enable=false', /enable/],
    ['image.digest=sha256:0f1e', /digest/],
  ] as const)('refuses %s by name', ([value, named]) => {
    const { status, said } = template(value);
    expect(status).toBe(1);
    expect(said).toMatch(named);
  });

  test('leaves out what is switched off, and sets replicas only where nothing scales', () => {
    const off = ['run.autoscaling', 'podMonitor', 'networkPolicy', 'jobs.score', 'jobs.retrain'];
    const { manifests } = rendered(...off.map(name => `${name}.enabled=false`));
    const gone = ['ScaledObject', 'TriggerAuthentication', 'PodMonitor', 'NetworkPolicy', 'CronJob'];
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(kinds.filter(kind => !gone.includes(kind)));
    const engine = manifests.find(({ kind }) => kind === 'StatefulSet');
    expect(engine?.['spec']).toMatchObject({ replicas: values.run.replicas });
    const scaled = rendered().manifests.find(({ kind }) => kind === 'StatefulSet');
    expect(scaled?.['spec']).not.toHaveProperty('replicas');
  });

  test.each([
    ['http://collector:4318/v1/traces', 4318],
    ['https://otlp.example.com/v1/traces', 443],
  ])('lets all processes tell their traces to %s', (endpoint, port) => {
    const policies = rendered(`config.telemetry.traces.endpoint=${endpoint}`).manifests.filter(
      ({ kind }) => kind === 'NetworkPolicy',
    );
    const egress = z.object({ egress: z.array(z.looseObject({ ports: z.array(z.looseObject({})) })) });
    expect(policies).toHaveLength(3);
    for (const { spec } of policies)
      expect(egress.parse(spec).egress).toContainEqual({ ports: [{ port, protocol: 'TCP' }] });
  });

  test('names the content of the image where the values do, beside its tag', () => {
    const digest = `sha256:${'0f'.repeat(32)}`;
    const images = (text: string): string[] => [...text.matchAll(/ image: (.*)/g)].map(([, image = '']) => image);
    const { text } = rendered(
      'image.repository=registry.example.com/millrace',
      'image.tag=v1',
      `image.digest=${digest}`,
    );
    expect(images(text)).toEqual(Array(4).fill(`"registry.example.com/millrace:v1@${digest}"`));
    expect(images(rendered('image.tag=v1').text)).toEqual(Array(4).fill('"millrace:v1"'));
  });

  test('runs our commands with our variables, as nobody in particular, writing where the image lets it', async () => {
    const pods = rendered().manifests.flatMap(manifest => podOf(manifest) ?? []);
    expect(pods).toHaveLength(4);
    const understood: string[] = [];
    for (const { containers } of pods) {
      const [{ args, env, volumeMounts }] = containers;
      understood.push(await parsed(args));
      const variables = env.filter(({ name }) => name.startsWith('MILLRACE_') && name !== 'MILLRACE_CONFIG');
      const file = written('empty.yaml', '{}');
      const environment = Object.fromEntries(variables.map(({ name, value = '' }) => [name, value]));
      configure({ file, environment }); // throws where a variable is none
      const writable = volumeMounts.filter(mount => mount['readOnly'] !== true).map(({ mountPath }) => mountPath);
      for (const path of writable) expect(['/tmp', '/var/lib/millrace', '/var/lib/millrace-state']).toContain(path);
    }
    expect(understood.sort()).toEqual(['millrace retrain', 'millrace run', 'millrace score', 'millrace serve']);
  });

  test('gives the engine longer to end than the server, and its own disk', () => {
    const engine = rendered().manifests.find(({ kind }) => kind === 'StatefulSet');
    expect(engine?.['spec']).toMatchObject({
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '16Gi' } } } }],
      template: { spec: { terminationGracePeriodSeconds: values.run.terminationGracePeriodSeconds } },
    });
    expect(values.run.terminationGracePeriodSeconds).toBeGreaterThan(values.serve.terminationGracePeriodSeconds);
  });

  test('lets a server that is to end answer until nobody routes to it any more, with time left to end in', () => {
    const server = rendered().manifests.find(({ kind }) => kind === 'Deployment');
    const Hooked = z.object({
      terminationGracePeriodSeconds: z.number(),
      containers: z.tuple([
        z.object({ lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }) }),
      ]),
    });
    const { template: pod } = z.object({ template: z.object({ spec: Hooked }) }).parse(server?.['spec']);
    const [{ lifecycle }] = pod.spec.containers;
    expect(lifecycle.preStop.sleep.seconds).toBe(10);
    expect(pod.spec.terminationGracePeriodSeconds).toBe(values.serve.terminationGracePeriodSeconds);
    const { status, said } = template('serve.terminationGracePeriodSeconds=10');
    expect(status).toBe(1);
    expect(said).toMatch(/terminationGracePeriodSeconds/);
  });

  test('lets nodes be drained of what does not become ready', () => {
    const budgets = rendered().manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets).toHaveLength(2);
    for (const { spec } of budgets) expect(spec).toMatchObject({ unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  });

  test('updates the engine one by one, each once the one before it is ready, which who waits for a former release is', () => {
    const engine = rendered().manifests.find(({ kind }) => kind === 'StatefulSet');
    const spec = z
      .object({
        updateStrategy: z.strictObject({ type: z.literal('RollingUpdate') }),
        template: z.object({ spec: z.object({ containers: z.array(z.record(z.string(), z.unknown())).length(1) }) }),
      })
      .parse(engine?.['spec']);
    expect(spec.template.spec.containers[0]).toMatchObject({
      startupProbe: { httpGet: { path: '/healthz/startup' } },
      readinessProbe: { httpGet: { path: '/healthz/ready' } },
    });
  });

  test('the Job of docs/OPERATIONS.md is the pod of the chart, with disk and memory of a worker', () => {
    const block = blocksOf(readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8')).find(({ text }) =>
      text.includes('kind: Job\n'),
    );
    const [job] = manifestsOf(block?.text ?? '');
    const { text } = rendered(
      'image.repository=registry.example.com/millrace',
      'image.tag=TAG',
      'secrets.environment=millrace-environment',
      'workloadIdentity.clientId=00000000-0000-4000-8000-000000000000',
    );
    const manifests = manifestsOf(text.replaceAll(/\bx-millrace/g, 'shop-millrace').replaceAll(': x\n', ': shop\n'));
    const score = manifests.find(({ metadata }) => metadata.name === 'shop-millrace-score');
    const Template = z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ containers: z.tuple([Container]), volumes: z.array(z.unknown()) }),
    });
    const InJob = z.object({ template: Template });
    const { metadata, spec } = InJob.parse(job?.['spec']).template;
    const ofChart = z.object({ jobTemplate: z.object({ spec: InJob }) }).parse(score?.['spec']).jobTemplate
      .spec.template;
    const { restartPolicy: _, ...pod } = ofChart.spec;
    const [container] = pod.containers;
    const { args } = spec.containers[0];
    expect(spec).toEqual({
      ...pod,
      restartPolicy: 'OnFailure',
      containers: [
        {
          ...container,
          name: 'replay',
          args,
          resources: values.run.resources,
          volumeMounts: [...container.volumeMounts, { name: 'state', mountPath: '/var/lib/millrace-state' }],
        },
      ],
      volumes: [...pod.volumes, { name: 'state', emptyDir: { sizeLimit: values.run.state.size } }],
    });
    expect(args).toEqual(['replay', '--into', 'again']);
    expect(ofChart.metadata.labels).toMatchObject({ ...metadata.labels, 'app.kubernetes.io/component': 'score' });
    const policy = manifests.find(({ metadata: { name } }) => name === 'shop-millrace-jobs');
    const Selector = z.object({
      podSelector: z.object({ matchExpressions: z.tuple([z.looseObject({ values: z.array(z.string()) })]) }),
    });
    const [{ values: components }] = Selector.parse(policy?.['spec']).podSelector.matchExpressions;
    expect(components).toContain(metadata.labels['app.kubernetes.io/component']);
  });

  const validate = linter('kubernetes-validate');
  describe.skipIf(validate === '')("Kubernetes' schemas", () => {
    test.for(['1.30', '1.34'])('take every manifest of theirs, %s', version => {
      const path = written('all.yaml', rendered().text);
      const { status, said } = lint(validate, ['--strict', '-k', version, path]);
      expect({ status, said }).toMatchObject({ status: 0 });
      expect(said.match(/passed for resource/g)).toHaveLength(kinds.length - custom.length);
    });

    test('do not take a name that Kubernetes does not have', () => {
      const path = written('wrong.yaml', rendered().text.replace('serviceName:', 'serviceNames:'));
      expect(lint(validate, ['--strict', '-k', '1.34', path]).status).not.toBe(0);
    });
  });

  const check = linter('check-jsonschema');
  describe.skipIf(!areThere || check === '')('the kinds of KEDA and of the Prometheus operator', () => {
    // Azure's PodMonitor is the operator's under another group; its own definition is not to be had here.
    const checked = (kind: CustomKind, text: string) => {
      const schema = written(`${kind}.schema.json`, JSON.stringify(schemaOf(kind)));
      return lint(check, ['--schemafile', schema, written(`${kind}.json`, text)]);
    };
    const textOf = (kind: CustomKind): string =>
      JSON.stringify(rendered().manifests.find(manifest => manifest.kind === kind));

    test.for([...custom])('%s is one', kind => {
      expect(checked(kind, textOf(kind))).toMatchObject({ status: 0 });
    });

    test('a name that they do not have is found', () => {
      expect(checked('ScaledObject', textOf('ScaledObject').replace('pollingInterval', 'pollInterval')).status).toBe(1);
      expect(checked('PodMonitor', textOf('PodMonitor').replace('interval', 'intervall')).status).toBe(1);
    });

    test('the trigger has the metadata that its scaler asks for, and no other', () => {
      const Trigger = z.object({ type: z.string(), metadata: z.record(z.string(), z.string()) });
      const Scaled = z.looseObject({ spec: z.looseObject({ triggers: z.tuple([Trigger.loose()]) }) });
      const [{ type, metadata }] = Scaled.parse(JSON.parse(textOf('ScaledObject'))).spec.triggers;
      const { may, must } = metadataOf(type);
      expect(must).toContain('serverAddress');
      expect(Object.keys(metadata)).toEqual(expect.arrayContaining(must));
      for (const name of Object.keys(metadata)) expect(may).toContain(name);
    });
  });
});
