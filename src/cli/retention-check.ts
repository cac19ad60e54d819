/** Whether snapshots keep up with the retention of the log: what a task has lost is read again from the newest of them on. */
import type { Ports } from '../app/compose.ts';
import { snapshotInputs, type InputPositions } from '../engine/checkpoint.ts';
import type { Clock } from '../engine/clock.ts';
import type { Graph } from '../engine/graph.ts';
import { newestCheckpoint } from '../engine/snapshot.ts';
import type { Millis } from '../stream/time.ts';
import type { Transport } from '../transport/port.ts';
import { Unhealthy } from './errors.ts';

/** Snapshots for each retention period, at the least. */
const snapshotsPerRetention = 4;

interface Looking extends Pick<Ports, 'snapshots'> {
  readonly transport: Pick<Transport, 'topics' | 'offsetAt'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** @throws {Unhealthy} where the newest snapshot of a task is older than a quarter of the retention of what it reads */
export async function snapshotsKeepUp(ports: Looking, graph: Graph): Promise<string> {
  const retention = await retentions(ports);
  if (retention.size === 0) return 'the log keeps all records, so none is lost that a snapshot does not hold';
  const late: string[] = [];
  let looked = 0;
  for (const { name, tasks } of graph.topologies) {
    for (let partition = 0; partition < tasks; partition++, looked++) {
      const task = `${name}/${partition}`;
      const body = (await newestCheckpoint(ports.snapshots, task))?.body;
      if (body !== undefined && (await isLate(ports, snapshotInputs(body), retention))) late.push(task);
    }
  }
  if (late.length === 0)
    return `no snapshot of ${looked} tasks is older than a quarter of the retention of what its task reads`;
  throw new Unhealthy(
    `The newest snapshots of ${late.join(', ')} are older than a quarter of the retention of what these tasks read`,
    'Let records stay longer (retention.ms), or end the worker in order now and then: it takes a snapshot when it ends',
  );
}

async function retentions({ transport }: Looking): Promise<ReadonlyMap<string, Millis>> {
  const topics = await transport.topics();
  return new Map(
    topics.flatMap(({ topic, retentionMs }) => (retentionMs === undefined ? [] : [[topic, retentionMs] as const])),
  );
}

/** Late is who has not read by its snapshot what entered the log a quarter of the retention ago. */
async function isLate(
  { transport, clock }: Looking,
  inputs: InputPositions,
  retention: ReadonlyMap<string, Millis>,
): Promise<boolean> {
  for (const [topic, positions] of Object.entries(inputs)) {
    const kept = retention.get(topic);
    if (kept === undefined) continue;
    for (const { partition, offset } of positions) {
      const due = await transport.offsetAt({ topic, partition }, clock.now() - kept / snapshotsPerRetention);
      if (offset < due) return true;
    }
  }
  return false;
}
