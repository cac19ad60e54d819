/** docker-compose.yml against what we know of ourselves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configure } from '../../src/app/configure.ts';
import { portSettings } from '../../src/app/port-settings.ts';
import { root } from '../../scripts/results.ts';
import { emulatorImage } from '../support/cosmos/emulator.ts';
import { image } from '../support/kafka/choice.ts';
import { parsed } from './command-line.ts';
import { compose, list, ours, said } from './files.ts';

const { services, volumes } = compose();
const Scrapes = z.object({
  scrape_configs: z.array(z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) })),
});
const millrace = ours().filter(([, { entrypoint }]) => entrypoint === undefined);

describe('our services', () => {
  test.for(millrace)('%s is a command line that we understand, with settings that we know', async ([, service]) => {
    expect(await parsed(service.command ?? [])).toMatch(/^millrace (topics create|import bundled|run|serve)$/);
    const { config } = configure({ environment: service.environment ?? {} });
    expect(portSettings(config)).toMatchObject({ transport: 'kafka', snapshots: 'blob' });
  });

  test('build the one image of deploy/Dockerfile, and write only where they must', () => {
    for (const [name, { image: built, build, read_only: isReadOnly }] of ours())
      expect({ name, built, build, isReadOnly }).toEqual({
        name,
        built: 'millrace:local',
        build: { context: '.', dockerfile: 'deploy/Dockerfile' },
        isReadOnly: true,
      });
  });

  test('share the documents, and each container that runs tasks has a state of its own', () => {
    const [data, state] = list(said('VOLUME'));
    for (const [, service] of millrace) expect(service.volumes).toContain(`millrace:${data}`);
    expect(services['run']?.volumes).toContain(state);
  });

  test('are started when what they need is there', () => {
    const needs = (name: string) =>
      Object.entries(services[name]?.depends_on ?? {}).map(([other, { condition }]) => `${other} ${condition}`);
    expect(needs('topics')).toEqual(['redpanda service_healthy']);
    expect(needs('import')).toContain('topics service_completed_successfully');
    expect(needs('run')).toEqual(['import service_completed_successfully', 'azurite service_healthy']);
    expect(needs('serve')).toEqual(['import service_completed_successfully', 'run service_started']);
    expect(needs('front')).toEqual(['serve service_healthy']);
  });

  test('find the data of the repository where the command looks for them', () => {
    const [, folder = '', inside = ''] =
      services['import']?.volumes
        ?.map(volume => /^\.\/(.*):(.*):ro$/.exec(volume) ?? [])
        .find(found => found.length > 0) ?? [];
    expect(existsSync(join(root, folder, 'ratings.avro'))).toBe(true);
    expect(inside).toBe('/app/data'); // beside dist, as in the repository
  });

  test('say whether they are well where they serve, and only there', () => {
    for (const [name, { healthcheck }] of ours())
      expect({ name, disabled: healthcheck?.disable ?? false }).toEqual({ name, disabled: name !== 'serve' });
  });
});

describe('what is published', () => {
  test('is on loopback of the host alone', () => {
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('leads to the server by the forwarder beside it: the server itself listens on loopback only', () => {
    const { port } = configure({ environment: services['serve']?.environment ?? {} }).config;
    const [from, to] = services['front']?.command ?? [];
    expect(services['front']).toMatchObject({
      network_mode: 'service:serve',
      entrypoint: ['node', '/app/deploy/forward.ts'],
    });
    expect(to).toBe(String(port));
    expect(services['serve']?.ports).toEqual([`127.0.0.1:8080:${from}`]);
  });

  test('is asked by the names that others of the network know it by, which its forwarder has to be told', () => {
    const { scrape_configs } = Scrapes.parse(
      parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yaml'), 'utf8')),
    );
    const scraped = scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets));
    const { config } = configure({ environment: services['run']?.environment ?? {} });
    const workers = config.worker.address === undefined ? [] : [new URL(config.worker.address).host];
    expect(scraped).toEqual(expect.arrayContaining(workers));
    const fronts = Object.values(services).filter(({ entrypoint }) => entrypoint?.includes('/app/deploy/forward.ts'));
    const known = fronts.flatMap(({ command: [from, , ...names] = [], network_mode }) =>
      names.map(name => ({ name: `${name}:${from}`, network_mode })),
    );
    expect(known.map(({ name }) => name).sort()).toEqual(scraped.toSorted());
    for (const { name, network_mode } of known) expect(network_mode).toBe(`service:${name.split(':', 1)[0]}`);
  });

  test('of the broker is where its clients outside are told to come', () => {
    const { command = [], ports } = services['redpanda'] ?? {};
    const advertised = command.find(flag => flag.startsWith('--advertise-kafka-addr=')) ?? '';
    expect(advertised).toContain('external://127.0.0.1:19092');
    expect(ports).toEqual(['127.0.0.1:19092:19092']);
    const { config } = configure({ environment: services['run']?.environment ?? {} });
    expect(config.kafka.brokers).toEqual(['redpanda:9092']);
    expect(advertised).toContain('internal://redpanda:9092');
  });
});

test('the broker and the emulator are those that the tests know', async () => {
  expect(services['redpanda']?.image).toBe(image);
  const { default: azurite } = await import('azurite/package.json', { with: { type: 'json' } });
  expect(services['azurite']?.image).toBe(`mcr.microsoft.com/azure-storage/azurite:${azurite.version}`);
});

test('the emulator of Cosmos DB is the one that the tests know, and comes only when it is asked for', () => {
  expect(services['cosmos']).toMatchObject({ image: emulatorImage, profiles: ['cosmos'] });
});

test('every volume that is named is declared', () => {
  const named = Object.values(services)
    .flatMap(service => service.volumes ?? [])
    .flatMap(volume => /^([a-z]+):/.exec(volume)?.[1] ?? []);
  expect(new Set(named)).toEqual(new Set(Object.keys(volumes)));
});
