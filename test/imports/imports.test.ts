import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Files, importsOf, packagesLoadedBy } from './imports.ts';
import { violations } from './rules.ts';

const root = resolve(import.meta.dirname, '../..');

async function sources(): Promise<Files> {
  const files = new Map<string, string>();
  for await (const path of glob('{src,topologies,examples,scripts,schemas,deploy}/**/*.{ts,tsx}', { cwd: root }))
    files.set(path, await readFile(join(root, path), 'utf8'));
  return files;
}

const importing = (target: string): string => `import { it } from '${target}';\nexport const used = it;\n`;

/** Each line: a file, what it may not import, and the violation by its resolved name. */
const forbidden: readonly (readonly [path: string, target: string, resolved: string])[] = [
  ['src/als/solve.ts', '../errors.ts', 'src/errors.ts'],
  ['src/als/solve.ts', '../stream/time.ts', 'src/stream/time.ts'],
  ['src/als/solve.ts', 'node:fs', 'node:fs'],
  ['src/engine/windows/panes.ts', '../../errors.ts', 'src/errors.ts'],
  ['src/engine/windows/panes.ts', 'rxjs', 'rxjs'],
  ['src/engine/runner.ts', '../transport/embedded/open.ts', 'src/transport/embedded/open.ts'],
  ['src/engine/runner.ts', '../documents/sqlite/documents.ts', 'src/documents/sqlite/documents.ts'],
  ['src/engine/runner.ts', '../snapshots/directory/snapshots.ts', 'src/snapshots/directory/snapshots.ts'],
  ['src/engine/runner.ts', './state/sqlite.ts', 'src/engine/state/sqlite.ts'],
  ['src/engine/runner.ts', '../stream/directory-registry.ts', 'src/stream/directory-registry.ts'],
  ['src/engine/runner.ts', '../recommender/domain/reason.ts', 'src/recommender/domain/reason.ts'],
  ['src/engine/runner.ts', '../als/index.ts', 'src/als/index.ts'],
  ['src/engine/runner.ts', 'node:fs/promises', 'node:fs'],
  ['src/engine/runner.ts', 'kafkajs', 'kafkajs'],
  ['src/transport/port.ts', './embedded/open.ts', 'src/transport/embedded/open.ts'],
  ['src/transport/embedded/open.ts', '../../engine/runner.ts', 'src/engine/runner.ts'],
  ['src/transport/embedded/open.ts', '../../documents/sqlite/row.ts', 'src/documents/sqlite/row.ts'],
  ['src/transport/kafka/open.ts', '@azure/identity', '@azure/identity'],
  ['src/operations/metrics.ts', '../recommender/domain/reason.ts', 'src/recommender/domain/reason.ts'],
  ['src/recommender/domain/reason.ts', '../../engine/runner.ts', 'src/engine/runner.ts'],
  ['src/recommender/domain/reason.ts', 'node:fs', 'node:fs'],
  ['src/recommender/api/serve.ts', '../../documents/sqlite/documents.ts', 'src/documents/sqlite/documents.ts'],
  ['src/app/config.ts', '../documents/cosmos/open.ts', 'src/documents/cosmos/open.ts'],
  ['src/cli/main.ts', '../transport/embedded/open.ts', 'src/transport/embedded/open.ts'],
  ['src/index.ts', './recommender/domain/reason.ts', 'src/recommender/domain/reason.ts'],
  ['src/index.ts', './transport/embedded/open.ts', 'src/transport/embedded/open.ts'],
  ['src/log.ts', './transport/embedded/open.ts', 'src/transport/embedded/open.ts'],
  ['src/log.ts', './recommender/domain/reason.ts', 'src/recommender/domain/reason.ts'],
  ['src/testing.ts', './recommender/domain/reason.ts', 'src/recommender/domain/reason.ts'],
  ['topologies/train.ts', '../src/engine/runner.ts', 'src/engine/runner.ts'],
  ['topologies/train.ts', '../src/als/solve.ts', 'src/als/solve.ts'],
  ['topologies/train.ts', 'node:fs', 'node:fs'],
  ['topologies/train.ts', 'avsc', 'avsc'],
  ['examples/heat.ts', '../src/engine/runner.ts', 'src/engine/runner.ts'],
];

const permitted: readonly (readonly [path: string, target: string])[] = [
  ['src/engine/runner.ts', '../transport/port.ts'],
  ['src/engine/runner.ts', '../transport/partitioner.ts'],
  ['src/engine/runner.ts', './windows/panes.ts'],
  ['src/engine/runner.ts', '../errors.ts'],
  ['src/transport/embedded/open.ts', '../port.ts'],
  ['src/app/compose.ts', '../transport/embedded/open.ts'],
  ['src/testing.ts', './transport/embedded/open.ts'],
  ['topologies/train.ts', '../src/index.ts'],
  ['topologies/train.ts', '../src/als/index.ts'],
  ['topologies/train.ts', './streams.ts'],
  ['topologies/train.ts', 'rxjs/operators'],
];

describe('who may import whom', () => {
  test('the sources keep the rules', async () => {
    const files = await sources();
    expect(files.size).toBeGreaterThan(10);
    expect(violations(files)).toEqual([]);
  });

  test.for(forbidden)('%s may not import %s', ([path, target, resolved]) => {
    expect(violations(new Map([[path, importing(target)]]))).toEqual([`${path} -> ${resolved}`]);
  });

  test.for(permitted)('%s may import %s', ([path, target]) => {
    expect(violations(new Map([[path, importing(target)]]))).toEqual([]);
  });

  test('a file outside every area is refused until someone decides about it', () => {
    expect(violations(new Map([['src/misc/help.ts', '']]))).toEqual(['src/misc/help.ts has no area']);
  });
});

describe('an import is found however it is written', () => {
  test.for([
    ["import { a } from './b.ts';", false],
    ["import './b.ts';", false],
    ["import * as b from './b.ts';", false],
    ["export * from './b.ts';", false],
    ["export { a } from './b.ts';", false],
    ["new Worker(new URL('./b.ts', import.meta.url));", false],
    ["import type { A } from './b.ts';", true],
    ["import { type A } from './b.ts';", true],
    ["export type { A } from './b.ts';", true],
    ["import { type A, b } from './b.ts';", false],
  ] as const)('%s', ([text, typeOnly]) => {
    expect(importsOf('src/a/c.ts', text)).toEqual([{ target: 'src/a/b.ts', typeOnly }]);
  });

  test('also where it is imported later only', () => {
    const text = "const b = await import('./b.ts');";
    expect(importsOf('src/a/c.ts', text)).toEqual([{ target: 'src/a/b.ts', typeOnly: false, later: true }]);
  });
});

describe("import 'millrace'", () => {
  const small = ['avsc', 'rxjs', 'zod'];
  const unexpected = (packages: Set<string>): string[] =>
    [...packages].filter(name => !name.startsWith('node:') && !small.includes(name));

  test('loads no server, broker, cloud or page package', async () => {
    expect(unexpected(packagesLoadedBy('src/index.ts', await sources()))).toEqual([]);
  });

  test('nor anything of Node do the clients of its API load', async () => {
    const packages = [...packagesLoadedBy('src/client.ts', await sources())];
    expect(packages.toSorted()).toEqual(['eventsource-parser', 'openapi-fetch']);
  });

  test('and the client of its log but the interface by which programs trace themselves', async () => {
    expect(unexpected(packagesLoadedBy('src/log.ts', await sources()))).toEqual(['@opentelemetry/api']);
  });

  test('is seen to load one that is imported far away, unless only its types are', () => {
    const files = (last: string): Files =>
      new Map([
        ['src/index.ts', "export { a } from './a.ts';"],
        ['src/a.ts', "import './b/b.ts';\nexport const a = 1;"],
        ['src/b/b.ts', last],
      ]);
    expect(unexpected(packagesLoadedBy('src/index.ts', files("import { x } from '@azure/cosmos/sub';")))).toEqual([
      '@azure/cosmos',
    ]);
    expect(unexpected(packagesLoadedBy('src/index.ts', files("import type { X } from '@azure/cosmos';")))).toEqual([]);
  });
});
