/** Apache Kafka as its jars from Maven, made ready once a machine: for brokers where there is no Docker. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../../scripts/results.ts';
import { answer, succeed } from './programs.ts';
import { serverProperties } from './properties.ts';

export const version = '4.3.1';
const pom = fileURLToPath(new URL('./pom.xml', import.meta.url));
/** Where it really is: the class data remember the path of the jars. */
const modules = realpathSync(join(root, 'node_modules'));
const cache = join(modules, '.cache/millrace', `kafka-${version}`);

export interface Distribution {
  readonly classpath: string;
  /** Says which features the broker has; every new data folder gets a copy. */
  readonly checkpoint: string;
  /** Classes as a broker has loaded them before, so that the next starts sooner. Made by the first that is stopped. */
  readonly classData: string;
}

const prepared: Distribution = {
  classpath: join(cache, 'lib/*'),
  checkpoint: join(cache, 'bootstrap.checkpoint'),
  classData: join(cache, 'classes.jsa'),
};

/** Several processes may ask at once: each downloads beside, the first to be ready puts its own in place. */
export async function distribution(): Promise<Distribution> {
  if (existsSync(cache)) return prepared;
  const beside = `${cache}.${randomUUID()}`;
  mkdirSync(beside, { recursive: true });
  try {
    const into = `-DoutputDirectory=${join(beside, 'lib')}`;
    await succeed('mvn', '-B', '-q', '-f', pom, 'dependency:copy-dependencies', into, '-DincludeScope=runtime');
    await format(beside);
    if (!existsSync(cache)) putInPlace(beside);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return prepared;
}

/** What is missing on this machine for `distribution`, in words; undefined where nothing is. */
export async function missingForJars(): Promise<string | undefined> {
  const java = await answer('java', '-version');
  const major = Number(/version "(?<major>\d+)/.exec(java ?? '')?.groups?.['major'] ?? 0);
  if (major < 17) return `Java 17 (found ${major === 0 ? 'none' : `Java ${major}`})`;
  if (!existsSync(cache) && (await answer('mvn', '-v')) === undefined) return 'Maven';
  return undefined;
}

/** Puts `bootstrap.checkpoint` beside the jars: the one file of a formatted data folder that takes a tool. */
async function format(folder: string): Promise<void> {
  const config = join(folder, 'format.properties');
  const data = join(folder, 'format');
  writeFileSync(config, serverProperties(data, { client: 1, internal: 2, controller: 3 }));
  const tool = ['-cp', join(folder, 'lib/*'), 'kafka.tools.StorageTool', 'format', '-t', uuid(), '-c', config];
  await succeed('java', ...tool);
  renameSync(join(data, 'bootstrap.checkpoint'), join(folder, 'bootstrap.checkpoint'));
  for (const left of [config, data]) rmSync(left, { recursive: true });
}

/** As Kafka writes identities: 22 characters of base64url. It refuses those that begin with a dash. */
export const uuid = (): string =>
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').replace(/^-/, 'A');

function putInPlace(beside: string): void {
  try {
    renameSync(beside, cache);
  } catch (error) {
    if (!existsSync(cache)) throw error; // else another process was faster, with the same files
  }
}
