/** The bill of materials of a checkout: made by npm, of as much of its lock file as comes with Millrace. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundled } from './bundled.ts';
import { Document, reproducible } from './document.ts';
import { Lock, reached } from './lock.ts';

const run = promisify(execFile);
const limit_ms = 2 * 60_000;
const mostOutput_bytes = 32 * 1024 * 1024;

const Names = z.record(z.string(), z.string());
const Manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies: Names,
  devDependencies: Names,
});

/**
 * `npm sbom --omit dev` leaves out what the project and its tools both need (npm 11 and 12: npm/cli#7909), so npm is shown a project that
 * has no tools: in it whatever the pages are made of is a dependency as well.
 * @throws {NotLocked} @throws {LicenceNotAllowed}
 */
export async function billOf(checkout: string, made_s?: number): Promise<string> {
  const manifest = Manifest.parse(await json(join(checkout, 'package.json')));
  const lock = Lock.parse(await json(join(checkout, 'package-lock.json')));
  const { dependencies } = manifest;
  const inPages = Object.fromEntries(bundled.map(name => [name, manifest.devDependencies[name] ?? '*']));
  const all = { ...dependencies, ...inPages };
  const alone = reached(lock, Object.keys(dependencies));
  const together = reached(lock, Object.keys(all));
  const { devDependencies: _, scripts: __, ...rest } = manifest;
  const made = await byNpm(
    { ...rest, dependencies: all },
    {
      ...lock,
      packages: {
        '': { ...rest, dependencies: all },
        ...Object.fromEntries([...together].map(place => [place, production(lock, place)])),
      },
    },
  );
  const onlyBundled = [...together].filter(place => !alone.has(place)).map(place => idOf(lock, place));
  const document = reproducible(made, {
    name: manifest.name,
    bundled: new Set(onlyBundled),
    ...(made_s === undefined ? {} : { made_s }),
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}

const production = ({ packages }: Lock, place: string) => ({
  ...packages[place],
  dev: undefined,
  devDependencies: undefined,
});

const idOf = ({ packages }: Lock, place: string): string =>
  `${place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${packages[place]?.version}`;

/** What npm says of a project that has nothing but these two files. */
async function byNpm(manifest: object, lock: object): Promise<Document> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-sbom-'));
  try {
    const project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(project, 'package-lock.json'), JSON.stringify(lock));
    const given = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--loglevel=error'];
    const { stdout } = await run('npm', given, { cwd: project, timeout: limit_ms, maxBuffer: mostOutput_bytes });
    return Document.parse(JSON.parse(stdout));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
