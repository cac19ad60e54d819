/** What `doctor` looks at. Each check says in words how things stand, and what to do where they are wrong. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { inspectLog, isBegun, openPorts, openSnapshots, type Ports } from '../app/compose.ts';
import { planDocuments } from '../app/document-plan.ts';
import type { Config } from '../app/config.ts';
import type { PortSettings } from '../app/port-settings.ts';
import { topicRules } from '../app/topic-rules.ts';
import { Graph } from '../engine/graph.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import { found, type Finding, type Needs } from '../transport/inspection.ts';
import { inWords, requireSeen } from '../recommender/published-seen.ts';
import { type Application, collectionsOf, openExisting, partitionsOf } from './application.ts';
import { Unhealthy } from './errors.ts';
import { previewAll, stateFits } from './evolution.ts';
import { snapshotsKeepUp } from './retention-check.ts';
import { planTopics, problemsIn } from './topic-plan.ts';

export type Check = Finding;

/** Less free disk than this is wrong: the log, its checkpoints and the documents grow. */
const leastFreeMiB = 512;

/** All checks; a failing one keeps none of the others from being made, but without ports nothing behind them can be. */
export async function checksOf(settings: Config, application: Application): Promise<Check[]> {
  const first = [
    await found('disk', () => freeDisk(settings.data)),
    ...(settings.state === undefined ? [] : [await found('disk of the state', () => freeDisk(settings.state ?? ''))]),
    ...(isRemote(settings) ? [await found('snapshots', () => probed(settings))] : []),
    ...(settings.documents === 'cosmos'
      ? [await found('documents', () => containersStand(settings, application))]
      : []),
    ...(await inspectLog(settings, needsOf(application))),
  ];
  return [
    ...first,
    ...(settings.transport === 'kafka'
      ? await atBrokers(settings, first, application)
      : await inFolder(settings, application)),
  ];
}

async function inFolder(settings: Config, application: Application): Promise<Check[]> {
  const { data } = settings;
  if (isBegun(settings)) return behindPorts(settings, application, () => openExisting(settings));
  const graph = await found('topologies', () => topologies(application, undefined));
  return [{ name: 'ports', ok: true, message: `nothing in ${data} yet: the first run begins it` }, graph];
}

/** Where no broker lets us in, nothing behind it can be looked at. */
async function atBrokers(settings: Config, brokers: readonly Check[], application: Application): Promise<Check[]> {
  if (brokers.some(({ name, ok }) => name.startsWith('broker ') && ok))
    return behindPorts(settings, application, () => openPorts(settings));
  return [await found('topologies', () => topologies(application, undefined))];
}

async function behindPorts(settings: Config, application: Application, open: () => Promise<Ports>): Promise<Check[]> {
  const opened: Check[] = [];
  const ports = await found('ports', async () => {
    await using all = await open();
    opened.push(await found('topics', () => topics(settings, application, all)));
    opened.push(await found('topologies', () => topologies(application, all)));
    opened.push(
      await found('state', async () => stateFits(await previewAll(all, await graphOf(application, all), settings))),
    );
    opened.push(await found('lists', () => lists(settings, all)));
    opened.push(await found('schemas', () => schemas(settings.data, application, all)));
    opened.push(await found('retention', async () => snapshotsKeepUp(all, await graphOf(application, all))));
    return `log, documents and snapshots in ${settings.data} can be opened`;
  });
  return [ports, ...opened];
}

/** What the application asks of the log: its topics, and a group for each topology. */
function needsOf({ topologies: all, further = [] }: Application): Needs {
  const names = [...Graph.streamsOf(all)];
  const graph = new Graph(all, new Map(names.map(name => [name, 1])));
  return {
    reads: [...new Set(graph.topologies.flatMap(({ reads }) => reads.map(({ stream }) => stream)))],
    writes: [...new Set([...graph.topologies.flatMap(({ writes }) => writes), deadLetters.name, ...further])],
    groups: graph.topologies.map(({ name }) => name),
  };
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

/** Every container is there and as it has to be, for this process's identity. */
async function containersStand(settings: Config, application: Application): Promise<string> {
  const { containers, of, problems, throughput } = await planDocuments(settings, collectionsOf(application));
  if (problems.length > 0) throw new Unhealthy(problems.join('; '), 'See `millrace documents verify`');
  return `${of} (${throughput}) has all ${containers.length} containers`;
}

async function freeDisk(data: string): Promise<string> {
  const { bavail, bsize } = await statfs(nearestFolder(resolve(data)));
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free >= leastFreeMiB) return `${free} MiB are free`;
  throw new Unhealthy(`Only ${free} MiB are free for ${data}`, `Make room for at least ${leastFreeMiB} MiB`);
}

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/** Where we make topics, those that are missing are made by the next run. */
async function topics(settings: Config, application: Application, { transport }: Ports): Promise<string> {
  const rules = topicRules(settings);
  const plan = await planTopics({ application, settings, rules, there: await transport.topics() });
  const missing = plan.topics.filter(({ there }) => there === null).map(({ topic }) => topic);
  const groups = application.topologies.length;
  const wrong = [
    ...problemsIn(plan).filter(problem => plan.madeBy === 'infrastructure' || !problem.endsWith(': it is missing')),
    ...(groups > rules.maxGroups ? [`${groups} groups are more than the ${rules.maxGroups} of ${rules.title}`] : []),
  ];
  if (wrong.length > 0) throw new Unhealthy(wrong.join('; '), 'See `millrace topics plan`');
  return missing.length === 0
    ? `all ${plan.topics.length} topics are there`
    : `the next run will create ${missing.join(', ')}`;
}

const graphOf = async (application: Application, ports: Ports | undefined): Promise<Graph> =>
  new Graph(application.topologies, await partitionsOf(application, ports?.transport));

/** A graph that cannot be built with the topics' partitions throws what is wrong. */
async function topologies(application: Application, ports: Ports | undefined): Promise<string> {
  const graph = await graphOf(application, ports);
  const tasks = graph.topologies.reduce((sum, topology) => sum + topology.tasks, 0);
  return `${graph.topologies.length} topologies in ${tasks} tasks fit the partitions of their topics`;
}

/** Whoever serves leaves out what the lists leave out. */
async function lists({ lists: { seen } }: Config, { documents }: Ports): Promise<string> {
  const published = await requireSeen(documents, seen);
  if (published === undefined) return 'none has been told of yet';
  return `they leave out ${inWords(published)}, as lists.seen says`;
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
