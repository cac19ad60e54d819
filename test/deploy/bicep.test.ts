/** The infrastructure code: what can be said of it without Azure and without its compiler, neither of which was asked. */
import { glob, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { template } from '../../deploy/apim/template.ts';
import { definitions } from '../../deploy/bicep/definitions.ts';
import { costOf, readPrices, readUsage, totalOf } from '../../deploy/bicep/cost.ts';
import { outputNames, outputsIn, valuesOf } from '../../deploy/bicep/outputs.ts';
import { laidOver, ownValues, verifiedOf, WrongValues } from '../../deploy/bicep/layers.ts';
import {
  environments,
  parametersFile,
  parametersIn,
  readParameters,
  variablesOf,
  variablesOfFile,
} from '../../deploy/bicep/parameters.ts';
import { type BicepFile, parseBicep, parserOf, readBicep } from '../../deploy/bicep/reader.ts';
import type { Written } from '../../deploy/bicep/written.ts';
import { Values } from '../../deploy/chart/values.ts';
import { root } from '../../scripts/results.ts';
import { configure } from '../../src/app/configure.ts';
import { topicRules } from '../../src/app/topic-rules.ts';
import { loadApplication } from '../../src/cli/application.ts';
import { planTopics, problemsIn } from '../../src/cli/topic-plan.ts';
import { chartFolder, helm } from '../support/chart/render.ts';
import { lint } from '../support/linters.ts';
import { againstReferences, betweenFiles, namesWithin, neighbours } from '../support/bicep/judge.ts';
import { deploymentOutputs } from '../support/bicep/outputs.ts';
import { differences, moduleIn, shapeOfModule, shapeOfResource, typesIn } from '../support/bicep/references.ts';

const folder = join(root, 'deploy/bicep');

async function files(): Promise<ReadonlyMap<string, BicepFile>> {
  const all = new Map<string, BicepFile>();
  for await (const path of glob('**/*.bicep', { cwd: folder }))
    all.set(join(folder, path), await readBicep(join(folder, path)));
  return all;
}

const judged = async (judge: (file: BicepFile, all: ReadonlyMap<string, BicepFile>) => string[]): Promise<string[]> => {
  const all = await files();
  expect(all.size).toBeGreaterThan(9);
  return [...all.values()].flatMap(file => judge(file, all));
};

test('every file is Bicep, and every one is reached from main.bicep', async () => {
  const all = await files();
  const reached = new Set([join(folder, 'main.bicep')]);
  for (const path of reached)
    for (const other of neighbours(all.get(path) ?? (await readBicep(path)))) reached.add(other);
  expect([...all.keys()].sort()).toEqual([...reached].sort());
});

test('a file that is no Bicep is refused with its line', async () => {
  const broken = "param name string\n\nresource a 'x/y@2024-01-01' = {\n  name: \n  'b\n}\n";
  const parser = await parserOf();
  expect(() => parseBicep(broken, 'broken.bicep', parser)).toThrow(/broken\.bicep:\d cannot be read/);
});

test('every name that is used is declared, and every one that is declared is used', async () => {
  expect(await judged(namesWithin)).toEqual([]);
});

test('modules are given what they ask for and nothing else, and have the outputs that are read', async () => {
  expect(await judged(betweenFiles)).toEqual([]);
});

test("Microsoft's modules and resources are pinned, and given names that its references know", async () => {
  expect(await judged(againstReferences)).toEqual([]);
});

test('no key of Event Hubs is asked for, of the namespace or a hub: where nothing is said the module makes some', async () => {
  const { declarations } = await readBicep(join(folder, 'modules/log.bicep'));
  const [hubs, namespace] = ['eventHubs', 'hubNamespace'].map(
    wanted => declarations.find(({ name }) => name === wanted)?.value,
  );
  const hub = hubs?.kind === 'loop' ? hubs.body : undefined;
  const params = namespace?.kind === 'object' ? namespace.properties.get('params') : undefined;
  for (const made of [hub, params])
    expect(made?.kind === 'object' && made.properties.get('authorizationRules')).toEqual({ kind: 'list', items: [] });
});

describe("Microsoft's own descriptions, as scripts/bicep-references.ts reads them", () => {
  const $ref = (n: number) => ({ $ref: `#/${n}` });
  const types = typesIn(
    JSON.stringify([
      { $type: 'StringType' },
      {
        $type: 'ObjectType',
        name: 'Inner',
        properties: { size: { type: $ref(0), flags: 1 }, made: { type: $ref(0), flags: 2 } },
      },
      { $type: 'ArrayType', itemType: $ref(1) },
      {
        $type: 'ObjectType',
        name: 'Body',
        properties: { name: { type: $ref(0), flags: 9 }, parts: { type: $ref(2), flags: 0 } },
      },
      { $type: 'ResourceType', name: 'Made.Up/things@2024-01-01', body: $ref(3) },
    ]),
  );

  test('tell of a resource which names it has, in lists too, and which it needs', () => {
    const shape = shapeOfResource(types, 'Made.Up/things@2024-01-01');
    expect(differences({ 'name!': 'any', parts: { 'size!': 'any' } }, shape, 'thing')).toEqual([]);
    expect(differences({ parts: { size: 'any', made: 'any', colour: 'any' } }, shape, 'thing')).toEqual([
      'thing.parts.size is required',
      'thing.parts has no made',
      'thing.parts has no colour',
      'thing.name is required',
    ]);
  });

  test('tell the same of a module, through its definitions and the types that it takes from resources', () => {
    const module = moduleIn(
      JSON.stringify({
        parameters: {
          name: { type: 'string' },
          size: { type: 'int', defaultValue: 1 },
          groups: { type: 'array', nullable: true, items: { $ref: '#/definitions/group' } },
          part: {
            type: 'object',
            nullable: true,
            metadata: {
              '__bicep_resource_derived_type!': { source: 'Made.Up/things@2024-01-01#properties/parts/items' },
            },
          },
        },
        definitions: { group: { type: 'object', properties: { id: { type: 'string' } } } },
        outputs: {},
      }),
    );
    const shape = shapeOfModule(module, source => {
      const [type = '', path = ''] = source.split('#');
      return shapeOfResource(types, type, path.split('/'));
    });
    const known = { 'name!': 'any', size: 'any', groups: { 'id!': 'any' }, part: { 'size!': 'any' } } as const;
    expect(differences(known, shape, 'module')).toEqual([]);
    expect(differences({ ...known, groups: { 'ids!': 'any' }, part: { width: 'any' } }, shape, 'module')).toEqual([
      'module.groups has no ids',
      'module.groups.id is required',
      'module.part has no width',
      'module.part.size is required',
    ]);
  });
});

test('the gateway is given the parameters of the template of deploy/apim', async () => {
  const gateway = await readBicep(join(folder, 'modules/gateway.bicep'));
  const api = gateway.declarations.find(({ of }) => of === '../api.json')?.value;
  const params = api?.kind === 'object' ? api.properties.get('params') : undefined;
  const { parameters } = await template();
  expect(params?.kind === 'object' ? [...params.properties.keys()].sort() : []).toEqual(Object.keys(parameters).sort());
});

test('topics, containers, index policies and alerts are those of the program', async () => {
  const kept: unknown = JSON.parse(await readFile(join(folder, 'definitions.json'), 'utf8'));
  const made = await definitions();
  expect(kept).toEqual(JSON.parse(JSON.stringify(made)));
});

/** What monitoring.bicep makes of a rule, property by property. */
async function ruleWritten(): Promise<ReadonlyMap<string, Written>> {
  const { declarations } = await readBicep(join(folder, 'modules/monitoring.bicep'));
  const inside = (written: Written | undefined, ...path: string[]): Written | undefined => {
    const [name, ...rest] = path;
    if (written?.kind === 'loop') return inside(written.body, ...path);
    return name === undefined || written?.kind !== 'object' ? written : inside(written.properties.get(name), ...rest);
  };
  const rule = inside(declarations.find(({ name }) => name === 'rules')?.value, 'properties', 'rules');
  return rule?.kind === 'object' ? rule.properties : new Map();
}

test('every alert goes on as it is made, with who is told of it and a link to its runbook', async () => {
  const { alerts } = await definitions();
  const written = await ruleWritten();
  for (const rule of alerts.flatMap(({ rules }) => rules))
    expect([...Object.keys(rule), 'actions'].sort()).toEqual([...written.keys()].sort());
  const { actions, annotations, ...others } = Object.fromEntries(written);
  for (const [name, value] of Object.entries(others))
    expect(value).toEqual({ kind: 'expression', text: `alert.${name}` });
  expect(actions).toEqual({
    kind: 'loop',
    body: { kind: 'object', properties: new Map([['actionGroupId', { kind: 'expression', text: 'id' }]]) },
  });
  expect(annotations).toMatchObject({
    text: "union(alert.annotations, { runbook_url: '${settings.runbooks}${alert.annotations.runbook_url}' })",
  });
});

test('who is told and where runbooks are is held to its form, and may come from the environment', async () => {
  const dev = await readFile(parametersFile('dev'), 'utf8');
  const parser = await parserOf();
  const group = '/subscriptions/0/resourceGroups/shops/providers/Microsoft.Insights/actionGroups/night';
  const given = (groups: string, runbooks: string) =>
    parseBicep(
      dev.replace('actionGroups: []', `actionGroups: [${groups}]`).replace("runbooks: ''", `runbooks: '${runbooks}'`),
      'dev.bicepparam',
      parser,
    );
  const both = given(`'${group}', readEnvironmentVariable('MILLRACE_NIGHT')`, 'https://example.com/millrace/');
  expect(parametersIn(both).monitoring).toMatchObject({
    actionGroups: [group, '${MILLRACE_NIGHT}'],
    runbooks: 'https://example.com/millrace/',
  });
  expect(variablesOfFile(both)).toContain('MILLRACE_NIGHT');
  expect(() => parametersIn(given("'night'", ''))).toThrow(/has to be a resource id[^]*actionGroups\[0\]/);
  expect(() => parametersIn(given('', 'https://example.com/millrace'))).toThrow(/a slash at its end/);
});

const main = () => readBicep(join(folder, 'main.bicep'));
const outputs = outputsIn(JSON.stringify(deploymentOutputs));

async function configured(settings: unknown) {
  await using at = await mkdtempDisposable(join(tmpdir(), 'millrace-bicep-'));
  const file = join(at.path, 'millrace.yaml');
  await writeFile(file, stringify(settings));
  return configure({ file, environment: {} }).config;
}

test('the program finds the topics that are deployed to be what it needs', async () => {
  const config = await configured(await verifiedOf('dev', outputs, []));
  const { hubs } = await definitions();
  const { partitions, retentionDays } = outputs;
  const there = hubs.map(({ name, single }) => ({
    topic: name,
    partitions: single ? 1 : partitions,
    retentionMs: retentionDays * 86_400_000,
  }));
  const application = await loadApplication({}, config);
  expect(problemsIn(await planTopics({ application, settings: config, rules: topicRules(config), there }))).toEqual([]);
});

test.each([
  ['[1, 2]', /holds no values of a chart/],
  ['a: [', /cannot be read/],
  [undefined, /cannot be read: ENOENT/],
])('a file of values that reads %j is refused by name', async (text, why) => {
  await using at = await mkdtempDisposable(join(tmpdir(), 'millrace-bicep-'));
  const file = join(at.path, 'shop.yaml');
  if (text !== undefined) await writeFile(file, text);
  const refused = verifiedOf('dev', outputs, [file]);
  await expect(refused).rejects.toThrow(WrongValues);
  await expect(refused).rejects.toThrow(why);
  await expect(refused).rejects.toThrow(/shop\.yaml/);
});

test('what main.bicep answers is what the chart and the commands are made of', async () => {
  const { declarations } = await main();
  const answered = declarations.filter(({ kind }) => kind === 'output').map(({ name }) => name);
  expect(answered.sort()).toEqual(outputNames.toSorted());
});

test('answers that are not those of main.bicep are refused by name', () => {
  const { broker: _, ...others } = deploymentOutputs;
  expect(() => outputsIn(JSON.stringify(others))).toThrow(/WRONG_OUTPUTS|broker/);
  expect(() => outputsIn('')).toThrow(/cannot be used/);
});

test('the sizes that the estimate knows are those that main.bicep takes', async () => {
  const { declarations } = await readBicep(join(folder, 'settings.bicep'));
  const types = new Map(
    declarations.map(({ name, value }) => [name, value?.kind === 'object' ? [...value.properties.keys()] : []]),
  );
  const { log, documents, storage, cluster, monitoring, gateway } = await readParameters('dev');
  const known = {
    Log: log,
    Document: documents,
    Storage: storage,
    Cluster: cluster,
    Monitoring: monitoring,
    Gateway: gateway,
  };
  expect(Object.fromEntries(types)).toEqual(
    Object.fromEntries(Object.entries(known).map(([name, settings]) => [`${name}Settings`, Object.keys(settings)])),
  );
});

describe.each(environments)('%s', environment => {
  test('has every parameter of main.bicep that has to be given, and no other', async () => {
    const { declarations, using } = await readBicep(parametersFile(environment));
    expect(using).toBe('main.bicep');
    const asked = (await main()).declarations.filter(({ kind }) => kind === 'parameter');
    const given = declarations.map(({ name }) => name);
    expect(asked.filter(({ name, value }) => value === undefined && !given.includes(name))).toEqual([]);
    expect(given.filter(name => !asked.some(parameter => parameter.name === name))).toEqual([]);
  });

  test('names in the page what it takes from the environment', async () => {
    const page = await readFile(join(root, 'docs/OPERATIONS.md'), 'utf8');
    expect((await variablesOf(environment)).filter(name => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('fits Event Hubs as it is sized', async () => {
    const { log, cluster } = await readParameters(environment);
    const { hubs } = await definitions();
    const most = { Standard: { hubs: 10, days: 7 }, Premium: { hubs: 100, days: 90 } }[log.tier];
    expect(hubs.length).toBeLessThanOrEqual(most.hubs);
    expect(log.retentionDays).toBeLessThanOrEqual(most.days);
    expect(log.mostUnits).toBeGreaterThanOrEqual(log.units);
    expect(cluster.mostNodes).toBeGreaterThanOrEqual(cluster.leastNodes);
  });

  test('is verified by the settings that its engine was given: the state keeps some of them for good', async () => {
    const { config } = await readGroup(ownValues(environment));
    expect(await configured(await verifiedOf(environment, outputs, []))).toMatchObject({
      ...z.object({ lists: z.object({ everyVersions: z.int() }) }).parse(config),
      http: { host: '0.0.0.0' },
      cosmos: { endpoint: outputs.cosmosEndpoint },
      retention: { days: outputs.retentionDays },
    });
  });

  test('is verified by files of values over its own, the last one of which wins, as Helm lays them', async () => {
    await using at = await mkdtempDisposable(join(tmpdir(), 'millrace-bicep-'));
    const texts = [
      'config: { lists: { everyVersions: 500 }, cosmos: { database: other }, auth: { keys: null, issuer: https://id.example.com, audience: shop } }',
      '# Nothing yet',
      'config: { lists: { everyVersions: 700 } }',
    ];
    const paths = texts.map((_, n) => join(at.path, `${n}.yaml`));
    for (const [n, text] of texts.entries()) await writeFile(paths[n] ?? '', text);
    const { lists, cosmos, auth } = await configured(await verifiedOf(environment, outputs, paths));
    expect([lists.everyVersions, cosmos, auth.keys, auth.issuer]).toMatchObject([
      700,
      { database: 'other', endpoint: outputs.cosmosEndpoint },
      undefined,
      'https://id.example.com',
    ]);
  });

  test('makes values that the chart takes, with no more processes than partitions', async () => {
    const chart = await readGroup(join(root, 'deploy/chart/values.yaml'));
    const layers = [await readGroup(ownValues(environment)), valuesOf(outputs, 'registry.example.com/millrace')];
    const values = ValuesOfFile.parse(layers.reduce(laidOver, chart));
    const { log } = await readParameters(environment);
    expect(values.run.autoscaling.max).toBeLessThanOrEqual(log.partitions);
    expect(values.run.autoscaling.prometheus).toBe(outputs.prometheus);
    expect(await configured(values.config)).toMatchObject({
      transport: 'kafka',
      documents: 'cosmos',
      snapshots: 'blob',
    });
  });

  test.skipIf(helm === '')(
    'is rendered by Helm, whose workload is who Azure federates (skipped without Helm)',
    async () => {
      await using at = await mkdtempDisposable(join(tmpdir(), 'millrace-bicep-'));
      const made = join(at.path, 'values.yaml');
      await writeFile(made, stringify(valuesOf(outputs, 'registry.example.com/millrace:0.2.0')));
      const layers = [join(folder, `${environment}.values.yaml`), made].flatMap(file => ['--values', file]);
      const { status, said } = lint(helm, [
        'template',
        'millrace',
        chartFolder,
        '--namespace',
        outputs.namespace,
        ...layers,
      ]);
      expect({ status, said }).toMatchObject({
        status: 0,
        said: expect.stringContaining('registry.example.com/millrace:0.2.0'),
      });
      const { cluster } = await readParameters(environment);
      const accounts = [...said.matchAll(/serviceAccountName: (\S+)/g)].map(([, name]) => name);
      expect(new Set(accounts)).toEqual(new Set([cluster.serviceAccount]));
      expect(said).toContain(`azure.workload.identity/client-id: "${outputs.clientId}"`);
      expect(said).toContain(`identityId: "${outputs.clientId}"`);
    },
  );

  test('costs the sum of its items, by prices that each name a source', async () => {
    const prices = await readPrices();
    expect(
      Object.values(prices.prices).every(({ source }) => source.startsWith('https://azure.microsoft.com/pricing/')),
    ).toBe(true);
    const items = costOf(await readParameters(environment), await readUsage(environment), prices);
    expect(items.map(({ quantity, price }) => Math.round(quantity * price * 100))).toEqual(
      items.map(({ monthly }) => Math.round(monthly * 100)),
    );
    const cents = items.map(({ monthly }) => Math.round(monthly * 100)).reduce((sum, one) => sum + one, 0);
    expect(Math.round(totalOf(items) * 100)).toBe(cents);
    for (const of of ['Event Hubs', 'Cosmos DB', 'AKS', 'Storage', 'Key Vault', 'Prometheus', 'Grafana'])
      expect(items.some(({ what }) => what.includes(of))).toBe(true);
  });
});

test('a month of one throughput unit with Capture is 730 hours of both prices, and none of the latter in Premium', async () => {
  const [parameters, usage, prices] = [await readParameters('dev'), await readUsage('dev'), await readPrices()];
  const made = { price: 2, per: 'hour', source: 'https://azure.microsoft.com/pricing/' };
  const given = {
    ...prices,
    prices: { ...prices.prices, eventHubsStandardUnit: made, eventHubsCapture: made, eventHubsPremiumUnit: made },
  };
  const of = (tier: 'Standard' | 'Premium') =>
    costOf({ ...parameters, log: { ...parameters.log, tier } }, usage, given).filter(({ what }) =>
      what.startsWith('Event Hubs'),
    );
  expect(of('Standard').map(({ monthly }) => monthly)).toEqual([1460, expect.any(Number), 1460]);
  expect(of('Premium').map(({ monthly }) => monthly)).toEqual([1460]);
});

/** The settings are held to their own schema, as a process holds them. */
const ValuesOfFile = Values.extend({ config: z.unknown() });
const readGroup = async (path: string) => z.record(z.string(), z.unknown()).parse(parse(await readFile(path, 'utf8')));
