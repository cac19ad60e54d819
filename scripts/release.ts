/**
 * A release, step by step: npm run release -- COMMAND
 *   prepare VERSION  writes the version wherever one is said, dates the changelog, keeps today's schemas in the history, and
 *                    the state that this version leaves behind in test/upgrade; to be read, committed and tagged
 *   check TAG        whether all of that agrees with a tag
 *   notes VERSION    what the changelog says of a version
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { released, sectionOf } from './release/changelog.ts';
import { refusals, writeVersion } from './release/versions.ts';
import { root } from './results.ts';
import { show } from './run.ts';

const changelog = join(root, 'CHANGELOG.md');
const minute_ms = 60_000;

async function prepare(version: string): Promise<string[]> {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return [`'${version}' is no version, such as 1.2.3`];
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(changelog, released(await readFile(changelog, 'utf8'), version, day));
  await writeVersion(root, version);
  for (const given of [['scripts/schemas.ts', 'release'], ['scripts/upgrade-state.ts']]) {
    const status = await show({ command: 'node', given, folder: root, limit_ms: 15 * minute_ms });
    if (status !== 0)
      return [`node ${given.join(' ')} ended with ${status}: git checkout . && git clean -d test/upgrade`];
  }
  return [];
}

async function notes(version: string): Promise<string[]> {
  const said = sectionOf(await readFile(changelog, 'utf8'), version);
  if (said === undefined || said === '') return [`CHANGELOG.md says nothing of ${version}`];
  console.log(said);
  return [];
}

const commands = new Map<string, (of: string) => Promise<string[]>>([
  ['prepare', prepare],
  ['check', tag => refusals(root, tag)],
  ['notes', notes],
]);

const [name = '', of, ...others] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined || of === undefined || others.length > 0) {
  console.error(`npm run release -- takes one of ${[...commands.keys()].join(', ')}, and a version or tag`);
  process.exitCode = 2;
} else {
  const refused = await command(of);
  for (const why of refused) console.error(why);
  process.exitCode = refused.length > 0 ? 1 : 0;
}
