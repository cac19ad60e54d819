/** What may not be in the image, of a list of files. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../../../scripts/results.ts';
import { developmentOf, entriesOf, type Entry, faults } from '../../../scripts/deep/image/contents.ts';

const rules = { uid: 1_000, gid: 1_000, writable: ['/var/lib/millrace'], development: ['node_modules/vitest'] };
const entry = (path: string, given: Partial<Entry> = {}): Entry => ({
  path,
  mode: 0o644,
  uid: 0,
  gid: 0,
  kind: 'file',
  ...given,
});

describe('a file of the image', () => {
  test.for([
    ['runs as its owner', entry('/usr/bin/su', { mode: 0o4755 }), 'runs as its owner'],
    ['runs as its group', entry('/usr/bin/chage', { mode: 0o2755 }), 'runs as its owner or group'],
    ['is the user’s own', entry('/app/dist/main.js', { uid: 1_000 }), 'can be written'],
    ['is of the group of the user', entry('/app/dist', { gid: 1_000, mode: 0o775, kind: 'folder' }), 'can be written'],
    ['is of everybody', entry('/etc/passwd', { mode: 0o666 }), 'can be written'],
    ['is of everybody, and a folder', entry('/usr', { mode: 0o777, kind: 'folder' }), 'can be written'],
    ['lies beside a volume', entry('/var/lib/millrace-x', { uid: 1_000 }), 'can be written'],
    ['is only for building', entry('/app/node_modules/vitest', { kind: 'folder', mode: 0o755 }), 'for building'],
    ['is a setting of npm', entry('/app/.npmrc'), 'may hold a secret'],
    ['is an environment', entry('/app/dist/.env.local'), 'may hold a secret'],
  ] as const)('that %s is found', ([, file, why]) => {
    expect(faults([entry('/app/package.json'), file], rules)).toEqual([expect.stringContaining(`${file.path} `)]);
    expect(faults([file], rules)).toEqual([expect.stringContaining(why)]);
  });

  test.for([
    ['lies in a volume', entry('/var/lib/millrace/log', { uid: 1_000 })],
    ['is the volume', entry('/var/lib/millrace', { uid: 1_000, mode: 0o755, kind: 'folder' })],
    ['is a link, which everybody has all rights to', entry('/usr/local/bin/millrace', { mode: 0o777, kind: 'link' })],
    ['is a folder where all keep to their own', entry('/tmp', { mode: 0o1777, kind: 'folder' })],
    ['is a folder that hands its group down', entry('/var/mail', { mode: 0o2755, kind: 'folder' })],
    ['is read-only to its owner', entry('/app/LICENSE', { uid: 1_000, mode: 0o444 })],
  ] as const)('that %s is as it may be', ([, file]) => {
    expect(faults([file], rules)).toEqual([]);
  });
});

test('what is only for building is what the lock file says', () => {
  const packages = developmentOf(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect(packages).toContain('node_modules/vitest');
  expect(packages).not.toContain('node_modules/rxjs');
});

test('files are listed below folders, and links are not followed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-entries-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'app/dist'), { recursive: true });
  await writeFile(join(folder, 'app/dist/main.js'), '', { mode: 0o640 });
  await symlink('/', join(folder, 'app/out'));
  const entries = await entriesOf(folder);
  expect(entries.map(({ path, kind }) => `${path} ${kind}`).sort()).toEqual([
    '/app folder',
    '/app/dist folder',
    '/app/dist/main.js file',
    '/app/out link',
  ]);
  expect(entries.find(({ kind }) => kind === 'file')).toMatchObject({ mode: 0o640 });
});
