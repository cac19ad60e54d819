/** What is compared by records a second and by processor time: contestants that do one work over the same records. */
import { join } from 'node:path';
import { together, type Rival } from '../../report.ts';
import { type Command, type Cost, costOf } from './contestant.ts';
import type { Given } from './given.ts';
import { joined, totalOf } from './input.ts';
import {
  checkCopies,
  checkPairs,
  checkWindows,
  pairOfMillrace,
  pairOfStreams,
  windowOfMillrace,
  windowOfStreams,
  type Read,
  type Counted,
} from './results.ts';
import type { Site } from './site.ts';
import { type Guarantee, type Mode, streamsCommand } from './streams.ts';
import type { Workload } from './topologies.ts';

/** How one takes part. */
interface Contender {
  readonly name: string;
  readonly command: (given: Given) => Command;
  /** Looks at what it has written; who writes nothing has no check. @throws where that is wrong */
  readonly check?: (site: Site, topic: string, partitions: number) => Promise<void>;
}

export type Work = 'consume' | 'produce' | 'windows' | 'disk' | 'joins';

const node =
  (script: string, ...rest: string[]) =>
  (given: Given): Command => [process.execPath, join(import.meta.dirname, script), JSON.stringify(given), ...rest];
const millrace = (workload: Workload) => node('millrace.ts', workload);

const checkCopied: NonNullable<Contender['check']> = (site, topic, partitions) =>
  checkCopies(site.kafka, topic, partitions, site.input);
const checkCounted =
  (read: () => Read<Counted>, mayLackNewest = false): NonNullable<Contender['check']> =>
  (site, topic, partitions) =>
    checkWindows({ kafka: site.kafka, topic, partitions, input: site.input, read: read(), mayLackNewest });

async function contendersOf(work: Work): Promise<readonly Contender[]> {
  if (work === 'consume')
    return [
      { name: 'kafkajs eachBatch, a commit a batch', command: node('kafkajs.ts') },
      { name: 'Millrace', command: millrace('consume') },
    ];
  if (work === 'produce')
    return [
      { name: 'kafkajs eachBatch and send, at least once', command: node('kafkajs.ts'), check: checkCopied },
      { name: 'Millrace', command: millrace('copy'), check: checkCopied },
    ];
  const command = await streamsCommand();
  const streams = (mode: Mode, guarantee: Guarantee) => (given: Given) => command(mode, guarantee, given);
  if (work === 'joins') return joinContenders(streams);
  if (work === 'disk')
    return [
      { name: 'Kafka Streams, RocksDB, exactly once', command: streams('disk', 'exactly_once_v2') },
      { name: 'Kafka Streams, RocksDB, at least once', command: streams('disk', 'at_least_once') },
      { name: 'Millrace', command: millrace('disk') },
    ];
  const inTheEnd = checkCounted(() => windowOfStreams);
  return [
    { name: 'Kafka Streams, exactly once', command: streams('suppress', 'exactly_once_v2'), check: inTheEnd },
    { name: 'Kafka Streams, at least once', command: streams('suppress', 'at_least_once'), check: inTheEnd },
    {
      name: 'Kafka Streams, exactly once, emits on close each second',
      command: streams('final', 'exactly_once_v2'),
      check: checkCounted(() => windowOfStreams, true),
    },
    { name: 'Millrace', command: millrace('windows'), check: checkCounted(windowOfMillrace) },
  ];
}

function joinContenders(streams: (mode: Mode, guarantee: Guarantee) => Contender['command']): readonly Contender[] {
  const check =
    (read: () => Read<number>): NonNullable<Contender['check']> =>
    (site, topic, partitions) =>
      checkPairs({ kafka: site.kafka, topic, partitions, input: site.input, read: read() });
  return [
    { name: 'Kafka Streams, exactly once', command: streams('join', 'exactly_once_v2'), check: check(pairOfStreams) },
    { name: 'Kafka Streams, at least once', command: streams('join', 'at_least_once'), check: check(pairOfStreams) },
    { name: 'Millrace', command: millrace('join'), check: check(pairOfMillrace) },
  ];
}

const measures = [
  { name: 'records/s', unit: 'records/s', better: 'more', of: (cost: Cost) => cost.recordsPerSecond },
  { name: 'CPU', unit: 's per million', better: 'less', of: (cost: Cost) => cost.cpu },
  { name: 'CPU with start', unit: 's per million', better: 'less', of: (cost: Cost) => cost.cpuFromStart },
  { name: "broker's CPU", unit: 's per million', better: 'less', of: (cost: Cost) => cost.brokerCpu },
] as const;

/** All rows of a work, over each number of partitions. */
export async function throughput(site: Site, work: Work, partitionCounts: readonly number[]): Promise<Rival[]> {
  const contenders = await contendersOf(work);
  return partitionCounts.flatMap(partitions => {
    const measured = contenders.map(contender => ({
      name: contender.name,
      figure: together(() => measure(site, work, contender, partitions)),
    }));
    return measures.flatMap(({ name: measureName, unit, better, of }) =>
      measured.map(({ name, figure }) => ({
        subject: `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}, ${measureName}`,
        name,
        unit,
        better,
        run: figure(of),
      })),
    );
  });
}

async function measure(site: Site, work: Work, { name, command, check }: Contender, partitions: number): Promise<Cost> {
  const input = await site.loaded(partitions);
  await using run = site.run('run');
  const output = check === undefined ? '' : await run.topic('output', partitions);
  const other = work === 'joins' ? await site.loaded(partitions, joined.later) : '';
  const sides = other === '' ? 1 : 2;
  const counts = { records: totalOf(site.input) * sides, warmUp: site.input.warmUp * sides };
  const given = { brokers: site.brokers, run: run.name, folder: run.folder, input, other, output, ...counts };
  const cost = await costOf(command(given), site.broker.pid);
  await check?.(site, output, partitions);
  console.log(`${name}, ${partitions}: ${Math.round(cost.recordsPerSecond)}/s, ${cost.cpu.toFixed(2)} s per million`);
  return cost;
}
