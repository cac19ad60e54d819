import { posix } from 'node:path';
import { type Files, importsOf } from './imports.ts';

/** A part of the tree and all that it may import; patterns are globs, a pattern with `!` takes back. */
type Area = {
  readonly files: readonly string[];
  readonly may: readonly string[];
  readonly packages: readonly string[];
};

const adapters = [
  'src/transport/*/**',
  'src/documents/*/**',
  'src/snapshots/*/**',
  'src/engine/state/sqlite*.ts',
  'src/stream/directory-registry.ts',
  'src/stream/{confluent,azure}-registry.ts',
];
const noAdapters = adapters.map(pattern => `!${pattern}`);
/** A port is the files beside its adapters' folders: the interface and what is pure about it. */
const ports = ['src/transport/*.ts', 'src/documents/*.ts', 'src/snapshots/*.ts'];
/** What any part may name but the two that import nothing. */
const common = ['src/errors.ts', 'src/stream/time.ts'];

const adapter = (folder: string, packages: readonly string[]): Area => ({
  files: [`${folder}/**`],
  may: [`${folder}/**`, `${posix.dirname(folder)}/*.ts`, 'src/transport/*.ts', 'src/sqlite*.ts', ...common],
  packages,
});

/**
 * Who may import whom (docs/ARCHITECTURE.md, "The tree"). A file belongs to the first area that matches it;
 * a file without an area is an error, so that a new folder is decided about.
 */
const areas: readonly Area[] = [
  { files: common, may: [], packages: [] },
  // Compiled by AssemblyScript, for a machine that has nothing of Node's.
  { files: ['src/als/kernel/assembly/**'], may: ['src/als/kernel/assembly/**'], packages: [] },
  { files: ['src/als/kernel/**'], may: ['src/als/**'], packages: ['node:worker_threads', 'node:fs'] },
  { files: ['src/als/**'], may: ['src/als/**'], packages: ['node:crypto'] },
  { files: ['src/engine/windows/**'], may: ['src/engine/windows/**'], packages: [] },
  { files: ['src/engine/joins/**'], may: ['src/engine/joins/**', 'src/engine/windows/**'], packages: [] },
  { files: ['src/sqlite*.ts'], may: ['src/sqlite*.ts', ...common], packages: ['node:sqlite', 'node:fs', 'node:path'] },
  {
    files: ['src/engine/state/sqlite*.ts'],
    may: ['src/engine/state/**', 'src/sqlite.ts', ...common],
    packages: ['node:sqlite'],
  },
  { files: ['src/engine/clock.ts'], may: common, packages: ['node:timers'] },
  {
    files: ['src/engine/**'],
    may: ['src/engine/**', 'src/stream/**', ...ports, ...common, ...noAdapters],
    packages: ['rxjs', 'zod', 'node:zlib', 'node:crypto', 'node:worker_threads', 'node:events', 'node:util'],
  },
  {
    files: ['src/stream/directory-registry.ts'],
    may: ['src/stream/**', ...common],
    packages: ['node:fs', 'node:path', 'node:crypto'],
  },
  {
    files: [
      'src/stream/{confluent,azure,routed}-registry.ts',
      'src/stream/registry-http.ts',
      'src/stream/wire-frames.ts',
    ],
    may: ['src/stream/**', 'src/transport/*.ts', ...common],
    packages: ['zod'],
  },
  {
    files: ['src/stream/**'],
    may: ['src/stream/**', 'src/transport/*.ts', ...common, ...noAdapters],
    packages: ['avsc', 'zod', 'node:crypto', 'node:buffer', 'node:stream', 'node:zlib'],
  },
  adapter('src/transport/embedded', ['node:*']),
  // What can be said about a broker before anything is connected: plain data, which the configuration is made of.
  {
    files: ['src/transport/kafka/{profiles,settings}.ts'],
    may: ['src/transport/kafka/{profiles,settings}.ts', ...common],
    packages: [],
  },
  {
    files: ['src/transport/kafka/security.ts'],
    may: ['src/transport/kafka/**', ...common],
    packages: ['kafkajs', '@azure/identity', 'node:fs', 'node:tls'],
  },
  {
    files: ['src/transport/kafka/membership/**'],
    may: [
      'src/transport/kafka/**',
      'src/transport/*.ts',
      'src/engine/membership.ts',
      'src/engine/graph.ts',
      'src/engine/clock.ts',
      'src/engine/errors.ts',
      'src/engine/assignment/**',
      ...common,
    ],
    packages: ['kafkajs', 'zod', 'node:*'],
  },
  adapter('src/transport/kafka', ['kafkajs', 'cockatiel', 'node:*']),
  adapter('src/documents/sqlite', ['node:*']),
  adapter('src/documents/cosmos', ['@azure/cosmos', '@azure/core-rest-pipeline', '@azure/identity', 'node:crypto']),
  adapter('src/snapshots/directory', ['node:*']),
  adapter('src/snapshots/blob', ['@azure/storage-blob', '@azure/identity', 'cockatiel', 'node:*']),
  { files: ports, may: [...ports, ...common], packages: ['node:buffer'] },
  {
    files: ['src/recommender/domain/**'],
    may: ['src/recommender/domain/**', 'src/als/index.ts', 'schemas/**', ...common],
    packages: ['node:crypto'],
  },
  // It runs in browsers too: nothing of Node's.
  {
    files: ['src/recommender/api/client/**'],
    may: ['src/recommender/api/client/**', 'src/errors.ts'],
    packages: ['openapi-fetch', 'openapi-typescript-helpers', 'eventsource-parser'],
  },
  {
    files: ['src/recommender/web/**'],
    may: ['src/recommender/web/**', 'src/recommender/api/client/**'],
    packages: ['**'],
  },
  { files: ['src/recommender/sizing/**'], may: ['src/recommender/sizing/**', ...common], packages: ['zod'] },
  {
    files: ['src/recommender/**'],
    may: ['src/**', 'topologies/**', 'schemas/**', '!src/app/**', '!src/cli/**', '!src/testing.ts', ...noAdapters],
    packages: ['**'],
  },
  // The one place that knows whose SDK it is; it is loaded by who tells spans, and by nobody else.
  {
    files: ['src/operations/tracing/otlp/**'],
    may: ['src/operations/tracing/**', ...common],
    packages: ['@opentelemetry/*'],
  },
  {
    files: ['src/operations/**'],
    may: ['src/operations/**', 'src/engine/**', 'src/stream/**', ...ports, ...common, ...noAdapters],
    packages: ['pino', 'prom-client', '@opentelemetry/api', 'node:*'],
  },
  {
    files: ['src/replay/**'],
    may: ['src/replay/**', 'src/engine/**', 'src/stream/**', ...ports, ...common, ...noAdapters],
    packages: ['avsc', 'zod', 'node:*'],
  },
  { files: ['src/app/compose.ts', 'src/app/open-{kafka,documents}.ts'], may: ['**'], packages: ['node:*'] },
  {
    files: ['src/app/kafka-config.ts'],
    may: ['src/app/secret.ts', 'src/stream/nearest.ts', 'src/transport/kafka/{profiles,settings}.ts'],
    packages: ['zod'],
  },
  {
    files: ['src/app/config-together.ts', 'src/app/topic-rules.ts'],
    may: [
      'src/app/config*.ts',
      'src/app/port-settings.ts',
      'src/transport/kafka/profiles.ts',
      'src/recommender/api/auth/loopback.ts',
    ],
    packages: [],
  },
  { files: ['src/app/**'], may: ['src/**', 'topologies/**', 'schemas/**', ...noAdapters], packages: ['**'] },
  { files: ['src/cli/**'], may: ['src/**', 'topologies/**', 'schemas/**', ...noAdapters], packages: ['**'] },
  {
    files: ['src/index.ts'],
    may: ['src/engine/**', 'src/stream/**', ...ports, ...common, ...noAdapters],
    packages: [],
  },
  { files: ['src/client.ts'], may: ['src/recommender/api/client/**'], packages: [] },
  {
    files: ['src/log.ts'],
    may: [
      'src/engine/{pulling,retry}.ts',
      'src/app/{compose,configured-by,port-settings}.ts',
      'src/stream/{outside-writer,schema-settings,share-once,stream}.ts',
      'src/operations/tracing/context.ts',
      'src/documents/*.ts',
      'src/documents/cosmos/settings.ts',
      'src/transport/kafka/settings.ts',
      ...common,
    ],
    packages: [],
  },
  {
    files: ['src/testing.ts'],
    may: ['src/**', '!src/recommender/**', '!src/app/**', '!src/cli/**'],
    packages: ['rxjs', 'node:*'],
  },
  {
    files: ['src/testing/**'],
    may: ['src/testing/**', 'src/engine/**', 'src/stream/**', ...ports, ...common, ...noAdapters],
    packages: ['rxjs', 'node:*'],
  },
  {
    files: ['topologies/**'],
    may: ['topologies/**', 'src/index.ts', 'src/als/index.ts', 'src/recommender/domain/**', 'schemas/**', ...common],
    packages: ['rxjs'],
  },
  // It shows what a consumer needs to know who has nothing of ours.
  { files: ['examples/downstream.ts'], may: [], packages: ['kafkajs'] },
  { files: ['examples/shop-backend.ts'], may: ['src/client.ts'], packages: [] },
  // The edges of an application of yours: what it is with an HTTP server, files and a service of somebody else.
  {
    files: ['examples/edges/**'],
    may: ['examples/**', 'src/index.ts', 'src/log.ts', ...common],
    packages: ['rxjs', 'fastify', 'zod', 'node:*'],
  },
  {
    files: ['examples/**'],
    may: ['examples/**', 'src/index.ts', 'src/testing.ts', ...common],
    packages: ['rxjs', 'millrace'],
  },
  { files: ['schemas/**'], may: ['schemas/**', 'src/stream/**', ...common, ...noAdapters], packages: [] },
  // The chart's values hold a configuration, and are checked as one.
  { files: ['deploy/chart/values.ts'], may: ['deploy/**', 'src/app/config.ts'], packages: ['zod'] },
  { files: ['deploy/grafana/**'], may: ['deploy/**'], packages: ['node:*', 'zod', '@grafana/grafana-foundation-sdk'] },
  {
    // What Azure is asked for comes from the definitions that the program verifies.
    files: ['deploy/bicep/**'],
    may: [
      'deploy/**',
      'src/errors.ts',
      'src/app/*.ts',
      'src/cli/{application,topic-plan}.ts',
      'src/engine/graph.ts',
      'src/recommender/sizing/load.ts',
    ],
    packages: ['node:*', 'zod', 'yaml', 'prettier', 'web-tree-sitter'],
  },
  { files: ['deploy/**'], may: ['deploy/**'], packages: ['node:*', 'zod'] },
  { files: ['scripts/**'], may: ['**'], packages: ['**'] },
];

const matches = (target: string, patterns: readonly string[]): boolean =>
  patterns.some(pattern => !pattern.startsWith('!') && posix.matchesGlob(target, pattern)) &&
  !patterns.some(pattern => pattern.startsWith('!') && posix.matchesGlob(target, pattern.slice(1)));

const isFile = (target: string): boolean => target.includes('/') && !target.startsWith('@');

/** What breaks the rules, as `from -> target`, or `from has no area`. */
export function violations(files: Files): string[] {
  return [...files].flatMap(([path, text]) => {
    const area = areas.find(candidate => matches(path, candidate.files));
    if (area === undefined) return [`${path} has no area`];
    return importsOf(path, text)
      .filter(({ target }) => !matches(target, isFile(target) ? area.may : area.packages))
      .map(({ target }) => `${path} -> ${target}`);
  });
}
