/** Every place that says which version this is. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { sectionOf } from './changelog.ts';

const Manifest = z.object({ version: z.string() });
const Lock = z.object({ version: z.string(), packages: z.object({ '': Manifest }) });
const Chart = z.object({ version: z.string(), appVersion: z.string() });

const read = (folder: string, path: string): Promise<string> => readFile(join(folder, path), 'utf8');

/** Place to version. */
export async function versionsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const lock = Lock.parse(JSON.parse(await read(folder, 'package-lock.json')));
  const chart = Chart.parse(parse(await read(folder, 'deploy/chart/Chart.yaml')));
  return new Map([
    ['package.json', Manifest.parse(JSON.parse(await read(folder, 'package.json'))).version],
    ['package-lock.json', lock.version],
    ['the project in package-lock.json', lock.packages[''].version],
    ['version of deploy/chart/Chart.yaml', chart.version],
    ['appVersion of deploy/chart/Chart.yaml', chart.appVersion],
  ]);
}

/** Why what is tagged cannot be released, each a sentence; nothing where it can. A tag is `v` and the version. */
export async function refusals(folder: string, tag: string): Promise<string[]> {
  const [, version] = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag) ?? [];
  if (version === undefined) return [`The tag '${tag}' is not v and a version, such as v1.2.3`];
  const others = [...(await versionsIn(folder))].filter(([, said]) => said !== version);
  const said = others.map(([place, other]) => `${place} says ${other}, and the tag ${version}`);
  if (!sectionOf(await read(folder, 'CHANGELOG.md'), version)) said.push(`CHANGELOG.md has no section ${version}`);
  for (const name of ['state.tgz', 'outcome.json', `millrace-${version}.tgz`]) {
    const path = `test/upgrade/v${version}/${name}`;
    if (!existsSync(join(folder, path))) said.push(`${path} is missing, which later releases are tested with`);
  }
  return said;
}

/** Writes a version wherever one is said, and changes nothing else. */
export async function writeVersion(folder: string, version: string): Promise<void> {
  const before = Manifest.parse(JSON.parse(await read(folder, 'package.json'))).version;
  for (const [path, times] of [
    ['package.json', 1],
    ['package-lock.json', 2],
  ] as const) {
    const parts = (await read(folder, path)).split(`"version": "${before}"`);
    if (parts.length <= times) throw new Error(`${path} does not say ${before} ${times} times`);
    // The first ones are the project's own: packages that happen to have the number come behind.
    const text = parts.reduce((sum, part, at) => `${sum}"version": "${at <= times ? version : before}"${part}`);
    await writeFile(join(folder, path), text);
  }
  const chart = parseDocument(await read(folder, 'deploy/chart/Chart.yaml'));
  for (const name of ['version', 'appVersion']) chart.set(name, version);
  await writeFile(join(folder, 'deploy/chart/Chart.yaml'), chart.toString());
}
