/** What a release changes, and what is refused to be one: on copies of the files that say a version. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { released, sectionOf } from '../../../scripts/release/changelog.ts';
import { refusals, versionsIn, writeVersion } from '../../../scripts/release/versions.ts';
import { root } from '../../../scripts/results.ts';

/** A checkout that version 7.8.9 was prepared in. */
async function prepared(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-release-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const path of ['package.json', 'package-lock.json', 'deploy/chart/Chart.yaml']) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path));
  }
  await writeVersion(folder, '7.8.9');
  const changelog = '# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n';
  await writeFile(join(folder, 'CHANGELOG.md'), released(changelog, '7.8.9', '2026-11-26'));
  const state = join(folder, 'test/upgrade/v7.8.9');
  await mkdir(state, { recursive: true });
  for (const name of ['state.tgz', 'outcome.json', 'millrace-7.8.9.tgz']) await writeFile(join(state, name), '');
  return folder;
}

test('what was prepared agrees with its tag, and with no other', async () => {
  const folder = await prepared();
  expect(await refusals(folder, 'v7.8.9')).toEqual([]);
  expect(await refusals(folder, 'v7.9.0')).toContain('package.json says 7.8.9, and the tag 7.9.0');
  expect(await refusals(folder, '7.8.9')).toEqual(["The tag '7.8.9' is not v and a version, such as v1.2.3"]);
  expect(await refusals(folder, 'v7.8.9; rm -r x')).toHaveLength(1);
});

test.for([
  ['package.json', '"version": "7.8.9"', '"version": "7.8.8"', 'package.json says 7.8.8, and the tag 7.8.9'],
  ['package-lock.json', '"version": "7.8.9"', '"version": "7.8.8"', 'package-lock.json says 7.8.8, and the tag 7.8.9'],
  ['deploy/chart/Chart.yaml', /^version: .*$/m, 'version: 7.8.8', 'version of deploy/chart/Chart.yaml says 7.8.8'],
  [
    'deploy/chart/Chart.yaml',
    /^appVersion: .*$/m,
    'appVersion: 1.0.0',
    'appVersion of deploy/chart/Chart.yaml says 1.0.0',
  ],
  ['CHANGELOG.md', '## 7.8.9', '## 7.8.8', 'CHANGELOG.md has no section 7.8.9'],
] as const)('a change of %s alone is named (%s)', async ([path, from, to, said]) => {
  const folder = await prepared();
  const text = await readFile(join(folder, path), 'utf8');
  await writeFile(join(folder, path), text.replace(from, to));
  const [why, ...others] = await refusals(folder, 'v7.8.9');
  expect(why).toContain(said);
  expect(others).toEqual([]);
});

test('a release without the state that it leaves behind is none', async () => {
  const folder = await prepared();
  await rm(join(folder, 'test/upgrade/v7.8.9/state.tgz'));
  expect(await refusals(folder, 'v7.8.9')).toEqual([
    'test/upgrade/v7.8.9/state.tgz is missing, which later releases are tested with',
  ]);
});

test('a version is written where one is said, and nowhere else', async () => {
  const folder = await prepared();
  expect(new Set((await versionsIn(folder)).values())).toEqual(new Set(['7.8.9']));
  const [before] = new Set((await versionsIn(root)).values());
  await writeVersion(folder, before ?? '');
  for (const path of ['package.json', 'package-lock.json', 'deploy/chart/Chart.yaml'])
    expect(await readFile(join(folder, path), 'utf8')).toBe(await readFile(join(root, path), 'utf8'));
});

const changelog = `# Changelog

## Unreleased

- New.

## 1.1.0 - 2026-11-01

### Fixed

- Old.

## [1.0.0] - 2026-10-01

- First.
`;

test('the notes of a version are its section, whole and alone', () => {
  expect(sectionOf(changelog, '1.1.0')).toBe('### Fixed\n\n- Old.');
  expect(sectionOf(changelog, '1.0.0')).toBe('- First.');
  expect(sectionOf(changelog, '1.0')).toBeUndefined();
});

test('what was not released becomes a version with its day, under a new empty section', () => {
  const now = released(changelog, '1.2.0', '2026-11-26');
  expect(sectionOf(now, '1.2.0')).toBe('- New.');
  expect(sectionOf(now, 'Unreleased')).toBe('');
  expect(now).toContain('## 1.2.0 - 2026-11-26');
  expect(() => released(now, '1.3.0', '2026-11-27')).toThrow('says nothing under');
  expect(() => released(changelog, '1.1.0', '2026-11-27')).toThrow('has a section 1.1.0 already');
});
