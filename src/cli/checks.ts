/** What `doctor` looks at. Each check says in words how things stand, and what to do where they are wrong. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isBegun, openSnapshots, type Ports } from '../app/compose.ts';
import type { PortSettings } from '../app/port-settings.ts';
import { Graph } from '../engine/graph.ts';
import { MillraceError } from '../errors.ts';
import { type Application, openExisting, partitionsOf } from './application.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

/** Less free disk than this is wrong: the log, its checkpoints and the documents grow. */
const leastFreeMiB = 512;

/** All checks; a failing one keeps none of the others from being made, but without ports nothing behind them can be. */
export async function checksOf(settings: PortSettings, application: Application): Promise<Check[]> {
  const { data } = settings;
  const first = [
    await checked('disk', () => freeDisk(data)),
    ...(isRemote(settings) ? [await checked('snapshots', () => probed(settings))] : []),
  ];
  if (!isBegun(settings)) {
    const graph = await checked('topologies', () => topologies(application, undefined));
    return [...first, { name: 'ports', ok: true, message: `nothing in ${data} yet: the first run begins it` }, graph];
  }
  const opened: Check[] = [];
  const ports = await checked('ports', async () => {
    await using all = await openExisting(settings);
    opened.push(await checked('topics', () => topics(application, all)));
    opened.push(await checked('topologies', () => topologies(application, all)));
    opened.push(await checked('schemas', () => schemas(data, application, all)));
    return `log, documents and snapshots in ${data} can be opened`;
  });
  return [...first, ports, ...opened];
}

/** Files of our own folder need no proof. */
const isRemote = ({ snapshots }: PortSettings): boolean => snapshots === 'blob';

/** Whether this process may write, list, read and remove: all that a task will ask of the store. */
async function probed(settings: PortSettings): Promise<string> {
  const snapshots = await openSnapshots(settings);
  const name = `doctor/${randomUUID()}`;
  try {
    await snapshots.put(name, [Buffer.from(name)]);
    const listed = await snapshots.list(name);
    const parts: Uint8Array[] = [];
    for await (const part of snapshots.get(name)) parts.push(part);
    await snapshots.remove(name);
    if (listed[0] !== name || Buffer.concat(parts).toString() !== name)
      throw new Unhealthy(
        'A snapshot did not come back as it was written',
        'Look at what lies between us and the store',
      );
    return 'one was written, listed, read and removed';
  } finally {
    await snapshots.close();
  }
}

/** An error that is ours says what is wrong and what to do; any other is told as it is. */
async function checked(name: string, check: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, message: await check() };
  } catch (error) {
    return { name, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

class Unhealthy extends MillraceError {
  readonly code = 'UNHEALTHY';
}

async function freeDisk(data: string): Promise<string> {
  const { bavail, bsize } = await statfs(nearestFolder(resolve(data)));
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free >= leastFreeMiB) return `${free} MiB are free`;
  throw new Unhealthy(`Only ${free} MiB are free for ${data}`, `Make room for at least ${leastFreeMiB} MiB`);
}

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

async function topics(application: Application, { transport }: Ports): Promise<string> {
  const there = new Set((await transport.topics()).map(({ topic }) => topic));
  const names = [...Graph.streamsOf(application.topologies)];
  const missing = names.filter(name => !there.has(name));
  return missing.length === 0
    ? `all ${names.length} topics are there`
    : `the next run will create ${missing.join(', ')}`;
}

/** A graph that cannot be built with the topics' partitions throws what is wrong. */
async function topologies(application: Application, ports: Ports | undefined): Promise<string> {
  const graph = new Graph(application.topologies, await partitionsOf(application, ports?.transport));
  const tasks = graph.topologies.reduce((sum, topology) => sum + topology.tasks, 0);
  return `${graph.topologies.length} topologies in ${tasks} tasks fit the partitions of their topics`;
}

/** Every file of the registry is what its name says, and the application's schemas are there once it has run. */
async function schemas(data: string, { topologies: all }: Application, { registry }: Ports): Promise<string> {
  const folder = join(data, 'schemas');
  const files = existsSync(folder) ? await readdir(folder) : [];
  const fingerprints = files.flatMap(file => (file.endsWith('.avsc') ? [file.slice(0, -'.avsc'.length)] : []));
  for (const fingerprint of fingerprints) await registry.find(fingerprint);
  const expected = Graph.schemasOf(all).length;
  return `${fingerprints.length} schemas are registered and sound; the application has ${expected} of its own`;
}
