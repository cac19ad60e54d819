/** The bill of materials: all that comes with Millrace and nothing else, under licences that somebody looked at. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';
import { bundled } from '../../scripts/sbom/bundled.ts';
import { Document } from '../../scripts/sbom/document.ts';
import { checkLicences } from '../../scripts/sbom/licences.ts';
import { Lock, reached } from '../../scripts/sbom/lock.ts';
import { billOf } from '../../scripts/sbom/make.ts';
import { lint, linter } from '../support/linters.ts';

const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(root, path), 'utf8'));
const idsOf = ({ components }: Document): string[] => components.map(({ name, version }) => `${name}@${version}`);

let bill: string;
let document: Document;
beforeAll(async () => {
  bill = await billOf(root, 86_400);
  document = Document.parse(JSON.parse(bill));
});

test('it has what npm installs without tools, and what the pages are made of', async () => {
  // npm's own mark of what only tools need; reckoned by npm when it wrote the lock file.
  const Marked = z.object({
    packages: z.record(z.string(), z.looseObject({ version: z.string(), dev: z.boolean().optional() })),
  });
  const { packages } = Marked.parse(await read('package-lock.json'));
  const idOf = (place: string, version: string): string => `${place.split('node_modules/').at(-1)}@${version}`;
  const installed = Object.entries(packages)
    .filter(([place, { dev }]) => place !== '' && dev !== true)
    .map(([place, { version }]) => idOf(place, version));
  const inPages = document.components.filter(({ properties }) =>
    properties.some(({ name }) => name === 'cdx:npm:package:bundled'),
  );
  const names = inPages.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...bundled]));
  expect(names).toContain('@preact/signals-core');
  const both = new Set([...installed, ...inPages.map(({ name, version }) => `${name}@${version}`)]);
  expect(idsOf(document)).toEqual([...both].sort());
  expect(installed.length).toBeGreaterThan(100);
});

test('the same lock file makes the same bytes, in whichever folder and whenever', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'millrace-sbom-'));
  onTestFinished(() => rm(elsewhere, { recursive: true }));
  for (const name of ['package.json', 'package-lock.json'])
    await writeFile(join(elsewhere, name), await readFile(join(root, name)));
  expect(await billOf(elsewhere, 86_400)).toBe(bill);
});

test('it says the time that it is given, and none without; another time is another document', async () => {
  const timeless = Document.parse(JSON.parse(await billOf(root)));
  expect(document.metadata.timestamp).toBe('1970-01-02T00:00:00.000Z');
  expect(timeless.metadata.timestamp).toBeUndefined();
  expect(timeless.serialNumber).not.toBe(document.serialNumber);
  expect(timeless.components).toEqual(document.components);
});

test('it names the project and the licence of every component', () => {
  expect(document.metadata.component).toMatchObject({ name: 'millrace', licenses: [{ license: { id: 'MIT' } }] });
  for (const { licenses } of document.components) expect(licenses).not.toEqual([]);
});

test('the command writes it, and refuses what it does not understand', async () => {
  const command = (...given: string[]) =>
    run({ command: 'node', given: ['scripts/sbom.ts', ...given], folder: root, limit_ms: 120_000 });
  const { status, output } = await command();
  expect(status).toBe(0);
  expect(idsOf(Document.parse(JSON.parse(output)))).toEqual(idsOf(document));
  expect(await command('one', 'two')).toMatchObject({ status: 2 });
});

const validate = linter('cyclonedx-validate');
describe.skipIf(validate === '')('the schema of CycloneDX (skipped where it is not installed: see .ci/run)', () => {
  const validated = async (text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-sbom-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'bill.json'), text);
    return lint(validate, [join(folder, 'bill.json')]);
  };

  test('is that of the bill', async () => {
    expect(await validated(bill)).toEqual({ status: 0, said: '' });
  });

  test('is not that of one with a licence that SPDX does not know', async () => {
    expect(await validated(bill.replace('"id": "BlueOak-1.0.0"', '"id": "Oak"'))).toMatchObject({ status: 1 });
  });
});

describe('what is reached', () => {
  const lock = Lock.parse({
    packages: {
      '': {},
      'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { absent: '1' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1' } },
      'node_modules/b': {},
      'node_modules/c': { peerDependencies: { d: '1', e: '1' }, peerDependenciesMeta: { e: { optional: true } } },
      'node_modules/d': { dependencies: { a: '1' } },
      'node_modules/e': {},
      'node_modules/lost': { dependencies: { nowhere: '1' } },
    },
  });

  test('is found from the inside out, through peers and in circles, without what is optional and absent', () => {
    const expected = ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c', 'node_modules/d'];
    expect([...reached(lock, ['a'])].sort()).toEqual(expected);
  });

  test('is never less than what is needed', () => {
    expect(() => reached(lock, ['lost'])).toThrow('package-lock.json has no nowhere, which node_modules/lost needs');
  });
});

describe('a licence', () => {
  const named = (...licences: string[]) => ({ name: 'a-package', version: '1.2.3', licences });

  test.for([[], ['GPL-3.0-only'], ['MIT', 'SSPL-1.0'], ['(MIT OR GPL-2.0-only)']])(
    'that nobody has allowed is refused by name: %j',
    licences => {
      const others = { name: 'allowed', version: '1.0.0', licences: ['MIT'] };
      expect(() => checkLicences([others, named(...licences)])).toThrow(/of a-package@1\.2\.3: /);
    },
  );

  test('that somebody has is taken', () => {
    expect(() => checkLicences([named('MIT'), named('ISC', 'Apache-2.0')])).not.toThrow();
  });
});
