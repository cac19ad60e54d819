/** The application that a command is about: its topologies, and the topics that they read and write. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modelVersions } from '../../topologies/streams.ts';
import { type ApplicationSettings, furtherStreamsOf, topologiesOf } from '../app/application.ts';
import { isBegun, openLogOf, openPorts, type Ports } from '../app/compose.ts';
import { applicationSettings, type Config } from '../app/config.ts';
import { tracingSettings } from '../app/open-tracing.ts';
import { type PortSettings, portSettings } from '../app/port-settings.ts';
import { topicRules } from '../app/topic-rules.ts';
import { Graph } from '../engine/graph.ts';
import type { Topology } from '../engine/topology.ts';
import { MillraceError } from '../errors.ts';
import { deadLetters } from '../stream/dead-letter.ts';
import { days } from '../stream/time.ts';
import type { TopicDescription, TopicOptions, Transport } from '../transport/port.ts';
import { Misuse, NoData } from './errors.ts';
import { loaded, refuseUnbuildable } from './loading.ts';
import type { AppFlags } from './flags.ts';
import { withPatience } from './patience.ts';

export interface Application {
  /** URL of the module. */
  readonly app: string;
  readonly settings: ApplicationSettings;
  readonly topologies: readonly Topology[];
  /** Names of streams that come from outside and that no topology reads. */
  readonly further?: readonly string[];
  /** What else `run` runs beside topologies: `orders`, of the recommender. */
  readonly connectors: readonly string[];
}

/** Brings orders from the documents into the log. */
export const ordersConnectorName = 'orders';

const defaultPartitions = 4;
/** Everybody writes to the dead letters, and versions of the model have one order. */
export const single: ReadonlySet<string> = new Set([deadLetters.name, modelVersions.name]);

/** Whether a topic has one partition, whatever the others have. */
export const isSingle = (topic: string): boolean => single.has(topic);

/** The topologies of `--app`, or those of the recommender. */
export async function loadApplication({ app }: AppFlags, config: Config): Promise<Application> {
  const url = app === undefined ? recommender : fileUrl(app);
  const settings = applicationSettings(config);
  const further = (await loaded(url, () => furtherStreamsOf(url))).map(({ name }) => name);
  const connectors = url === recommender ? [ordersConnectorName] : [];
  const topologies = await loaded(url, () => topologiesOf(url, settings));
  refuseUnbuildable(topologies);
  return { app: url, settings, topologies, further, connectors };
}

/** What an application keeps among the documents: the recommender's collections are known beside its topologies. */
export function collectionsOf({ topologies, connectors }: Application): readonly string[] | 'recommender' {
  if (connectors.includes(ordersConnectorName)) return 'recommender';
  const graph = new Graph(topologies, new Map([...Graph.streamsOf(topologies)].map(name => [name, 1])));
  return [...new Set(graph.topologies.flatMap(({ collections }) => collections))];
}

const recommender = new URL(
  import.meta.url.endsWith('.ts') ? '../../topologies/index.ts' : '../../topologies/index.js',
  import.meta.url,
).href;

function fileUrl(path: string): string {
  if (existsSync(path)) return pathToFileURL(resolve(path)).href;
  throw new Misuse(`The file ${path} of --app is not there`, 'Name a module that exports `topologies`');
}

/** What the engine's thread is started with, whatever it is to do. */
export const engineOptions = (
  { app, settings, connectors }: Pick<Application, 'app' | 'settings' | 'connectors'>,
  config: Config,
  { namespace }: Pick<Ports, 'namespace'>,
) => ({
  ports: { ...portSettings(config), namespace },
  standbys: config.standbys,
  tracing: tracingSettings(config),
  ...(connectors.includes(ordersConnectorName)
    ? { orders: { ...config.orders, tenants: config.tenants.allowed } }
    : {}),
  app,
  settings,
  ...config.limits,
});

/** Opens what is there; a command that only looks must not begin it. @throws {NoData} */
export async function openExisting(settings: PortSettings): Promise<Ports> {
  if (!(await isThere(settings))) throw new NoData(logOf(settings));
  return withPatience(await openPorts(settings), settings);
}

/** Whether something has begun what the settings name. A broker has to answer, and to have a topic. */
export async function isThere(settings: PortSettings): Promise<boolean> {
  if (settings.transport === 'embedded') return isBegun(settings);
  await using log = await openLogOf(settings);
  return (await withPatience(log, settings).transport.topics()).length > 0;
}

/** Where the log is, for people. */
export const logOf = ({ transport, data, kafka }: PortSettings): string =>
  transport === 'kafka' ? `the log at ${kafka?.brokers.join(',') ?? ''}` : data;

/**
 * Partitions of the application's topics: as they are. Those that are not there yet would get what is wanted, else as
 * many as the others have: topics that a topology reads together need the same number.
 */
export async function partitionsOf(
  application: Pick<Application, 'topologies' | 'further'>,
  transport: Pick<Transport, 'topics'> | undefined,
  wanted?: number,
): Promise<Map<string, number>> {
  const there = new Map((await transport?.topics())?.map(({ topic, partitions }) => [topic, partitions]));
  const names = streamNamesOf(application);
  const others = names.flatMap(name => (single.has(name) ? [] : (there.get(name) ?? [])));
  const count = wanted ?? (others.length === 0 ? defaultPartitions : Math.max(...others));
  return new Map(names.map(topic => [topic, there.get(topic) ?? (single.has(topic) ? 1 : count)]));
}

/** Every stream of the application, each once. */
export const streamNamesOf = ({ topologies, further = [] }: Pick<Application, 'topologies' | 'further'>): string[] => [
  ...new Set([...Graph.streamsOf(topologies), ...further]),
];

/** The part of the configuration that is about topics. */
export type TopicSettings = Pick<Config, 'partitions' | 'retention'> & Partial<Pick<Config, 'transport' | 'kafka'>>;

/** Topics are not there, and nobody here may make them. */
export class TopicsMissing extends MillraceError {
  readonly code = 'TOPICS_MISSING';
  constructor(topics: readonly string[], of: string) {
    super(
      `${of} has no ${topics.join(', ')}, and topics are made there by your infrastructure's code`,
      '`millrace topics plan` says what it has to make',
    );
  }
}

/**
 * Creates the topics that are missing.
 * @throws {Misuse} where one is there with other settings than were asked for; {TopicsMissing} where none may be made
 */
export async function createTopics(
  application: Pick<Application, 'topologies' | 'further'>,
  transport: Transport,
  settings: TopicSettings,
): Promise<Map<string, number>> {
  const { partitions: wanted } = settings;
  const { title, madeBy } = topicRules(settings);
  const partitions = await partitionsOf(application, transport, wanted);
  const limits = limitsOf(settings);
  const there = new Map((await transport.topics()).map(description => [description.topic, description]));
  const missing = [...partitions.keys()].filter(topic => !there.has(topic));
  if (madeBy === 'infrastructure' && missing.length > 0) throw new TopicsMissing(missing, title);
  for (const [topic, count] of partitions) {
    const known = there.get(topic);
    if (known === undefined) await transport.createTopic(topic, { partitions: count, ...limits });
    else
      refuseOther(known, { ...(wanted === undefined || single.has(topic) ? {} : { partitions: wanted }), ...limits });
  }
  return partitions;
}

/** What topics that are not there yet keep. */
export const limitsOf = ({ retention }: Pick<TopicSettings, 'retention'>): Omit<TopicOptions, 'partitions'> => ({
  ...(retention.days === undefined ? {} : { retentionMs: Math.ceil(days(retention.days)) }),
  ...(retention.bytes === undefined ? {} : { retentionBytes: retention.bytes }),
});

const words = {
  partitions: 'partitions',
  retentionMs: 'ms of retention',
  retentionBytes: 'bytes of retention',
} as const;

function refuseOther(there: TopicDescription, wanted: Partial<TopicOptions>): void {
  for (const option of ['partitions', 'retentionMs', 'retentionBytes'] as const) {
    if (wanted[option] === undefined || wanted[option] === there[option]) continue;
    throw new Misuse(
      `Topic '${there.topic}' has ${there[option] ?? 'unlimited'} ${words[option]}, not ${wanted[option]}`,
      'A topic keeps what it was created with: leave the setting out, or begin another folder with --data',
    );
  }
}
