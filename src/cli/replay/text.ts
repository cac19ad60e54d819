/** A replay's plan and outcome in words. */
import type { Millis } from '../../stream/time.ts';
import type { ReplayPlan } from '../../replay/plan.ts';
import { ownName } from '../../replay/namespace.ts';
import { table } from '../output.ts';

/** What a dry run answers to scripts. */
export const asJson = ({ namespace, stretches, topics, records, bytes }: ReplayPlan) => ({
  namespace: namespace.name,
  base: namespace.base,
  topologies: namespace.topologies,
  records,
  bytes,
  sources: stretches,
  topics,
  collections: namespace.collections.map(collection => ownName(namespace.name, collection)),
  groups: namespace.topologies.map(topology => ownName(namespace.name, topology)),
  leftBehind: namespace.readers,
});

export function planText(plan: ReplayPlan): string {
  const { namespace, stretches, topics, records, bytes } = plan;
  const { name, base, topologies, collections, readers } = namespace;
  const rows = stretches.map(({ topic, partition, from, to, firstAt, lastAt, gone, captured }) => [
    topic,
    partition,
    from,
    to,
    to - from,
    shown(firstAt),
    shown(lastAt),
    gone,
    captured === null ? '-' : `${captured.first} to ${captured.next}`,
  ]);
  return [
    `Replay into '${name}', beside '${base}': ${topologies.join(', ')}`,
    '',
    `Reads ${records} records, about ${sizeOf(bytes)}:`,
    table(['topic', 'partition', 'from', 'to', 'records', 'first', 'last', 'gone before', 'captured'], rows),
    '',
    `Writes ${topics.length} topics:`,
    table(
      ['topic', 'partitions', 'state'],
      topics.map(({ topic, partitions, exists }) => [topic, partitions, exists ? 'there' : 'to be created']),
    ),
    ...(collections.length === 0
      ? []
      : ['', `Writes documents: ${collections.map(collection => ownName(name, collection)).join(', ')}`]),
    ...(readers.length === 0
      ? []
      : ['', `It cannot be switched in: ${readers.join(', ')} read what is replayed and are not replayed with it.`]),
    '',
    `Nothing of '${base}' is written.`,
  ].join('\n');
}

const shown = (time: Millis | null): string | null => (time === null ? null : new Date(time).toISOString());

function sizeOf(bytes: number): string {
  if (bytes < 1 << 20) return `${Math.ceil(bytes / 1_024)} KiB`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
