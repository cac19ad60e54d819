/** Copies the streams from outside from one log to another: what topologies make of them is made there again. */
import type { Ports } from '../app/compose.ts';
import { topicRules } from '../app/topic-rules.ts';
import { Graph } from '../engine/graph.ts';
import { copyPartition, type CopyOptions, type CopySource, type PartitionCopied } from '../stream/copied-partition.ts';
import type { TopicDescription, TopicPartition, Transport } from '../transport/port.ts';
import { type Application, limitsOf, streamNamesOf, type TopicSettings, TopicsMissing } from './application.ts';
import { Misuse } from './errors.ts';

/** Of a log, what a copy to it needs. */
export type CopiedTo = Pick<Transport, 'topics' | 'createTopic' | 'bounds' | 'read' | 'append'>;

export interface TopicsCopy extends CopyOptions {
  readonly application: Pick<Application, 'topologies' | 'further'>;
  readonly from: Pick<Ports, 'transport' | 'registry'> & Pick<CopySource, 'unasked'>;
  /**
   * Its appends must not be tried again by themselves: what came twice would be no copy. A broker's adapter that cannot
   * help it (no idempotence) is found out by the offsets that it answers.
   */
  readonly to: Pick<Ports, 'registry'> & { readonly transport: CopiedTo };
  /** Of the log that is copied to. */
  readonly settings: TopicSettings;
  /** Told of each partition that is done. */
  readonly tell: (at: TopicPartition, copied: PartitionCopied) => void;
}

/** Sums over its partitions. */
export interface TopicCopied extends PartitionCopied {
  readonly topic: string;
  readonly partitions: number;
}

/**
 * Topics that are missing are created as those that are copied.
 * @throws {Misuse} where there is nothing to copy, and for another number of partitions, {TopicsMissing}, before anything is copied; {CopyDiffers} {RegistryUnnamed}
 */
export async function copyTopics(options: TopicsCopy): Promise<readonly TopicCopied[]> {
  const { application, from, to, tell } = options;
  const wanted = outsideOf(application);
  const topics = (await from.transport.topics()).filter(({ topic }) => wanted.includes(topic));
  if (topics.length === 0) throw noneOf(wanted);
  await createLike(topics, options);
  const copied: TopicCopied[] = [];
  for (const { topic, partitions } of topics) {
    const sum = { topic, partitions, copied: 0, before: 0, gone: 0, unknown: 0 };
    for (let partition = 0; partition < partitions && !options.signal.aborted; partition++) {
      const one = await copyPartition(from, to, { topic, partition }, options);
      tell({ topic, partition }, one);
      for (const count of ['copied', 'before', 'gone', 'unknown'] as const) sum[count] += one[count];
    }
    copied.push(sum);
  }
  return copied;
}

/** Streams that no topology writes. */
function outsideOf(application: TopicsCopy['application']): readonly string[] {
  const names = streamNamesOf(application);
  const { topologies } = new Graph(application.topologies, new Map(names.map(name => [name, 1])));
  const written = new Set(topologies.flatMap(({ writes }) => writes));
  return names.filter(name => !written.has(name));
}

async function createLike(topics: readonly TopicDescription[], { to, settings }: TopicsCopy): Promise<void> {
  const there = new Map((await to.transport.topics()).map(({ topic, partitions }) => [topic, partitions]));
  for (const { topic, partitions } of topics) {
    const count = there.get(topic) ?? partitions;
    if (count !== partitions) throw otherPartitions(topic, count, partitions);
  }
  const missing = topics.filter(({ topic }) => !there.has(topic));
  const { title, madeBy } = topicRules(settings);
  if (madeBy === 'infrastructure' && missing.length > 0)
    throw new TopicsMissing(
      missing.map(({ topic }) => topic),
      title,
    );
  for (const { topic, partitions } of missing)
    await to.transport.createTopic(topic, { partitions, ...limitsOf(settings) });
}

/** A forgotten --app would look like a copy that is done. */
const noneOf = (wanted: readonly string[]): Misuse =>
  new Misuse(
    `Where it comes from none of the topics ${wanted.join(', ')} is there`,
    'Name the application whose topics are to be copied with --app, and look whether --from is the place that is left behind',
  );

/** The key's partition follows from their number, and one partition for several would mix up what each was in order. */
const otherPartitions = (topic: string, there: number, from: number): Misuse =>
  new Misuse(
    `Topic '${topic}' has ${there} partitions where it is copied to, and ${from} where it comes from`,
    `Create it with ${from}: streams that topologies write can get more afterwards (\`millrace replay --partitions\`)`,
  );
