/** A folder of Capture files beside a log: what it adds in front of each partition. */
import { crc32 } from 'node:zlib';
import { OutsideBatches, recordOfBytes } from '../../stream/outside.ts';
import { BatchCursor } from '../../transport/record.ts';
import type { Offset, TopicPartition, Transport } from '../../transport/port.ts';
import type { Source } from '../namespace.ts';
import { placeOf } from '../points.ts';
import { BrokenCapture } from './container.ts';
import { captureFiles } from './files.ts';
import { CapturePartition } from './partition.ts';

/** Events that are appended in one request. */
const mostEvents = 1_000;

export class Capture {
  readonly #partitions: ReadonlyMap<string, CapturePartition>;

  private constructor(partitions: ReadonlyMap<string, CapturePartition>) {
    this.#partitions = partitions;
  }

  /** Reads every file through. @throws {BrokenCapture} */
  static async open(directory: string): Promise<Capture> {
    const partitions = new Map<string, CapturePartition>();
    for (const [place, paths] of await captureFiles(directory)) {
      const partition = await CapturePartition.scan(paths);
      if (partition !== undefined) partitions.set(place, partition);
    }
    return new Capture(partitions);
  }

  /**
   * What it holds of a partition of the log; undefined where that is nothing.
   * @throws {BrokenCapture} where it does not reach the log, or is that of another log
   */
  async partition(at: TopicPartition, log: Pick<Transport, 'bounds' | 'read'>): Promise<CapturePartition | undefined> {
    const found = this.#partitions.get(placeOf(at));
    if (found === undefined) return undefined;
    const { start, end } = await log.bounds(at);
    if (found.next < start)
      throw new BrokenCapture(
        `${placeOf(at)}: Capture ends at offset ${found.next}, the log begins at ${start}`,
        'Bring the files in between: what is in neither cannot be replayed',
      );
    if (found.next > end) throw another(at, `it goes on to offset ${found.next}, the log ends at ${end}`);
    if (found.next > start) await refuseOther(at, found, start, log);
    return found;
  }

  /**
   * Brings the captured part of a source into the topic that its namespace reads it from. What is there already stays;
   * an import that was cut short goes on. @throws {BrokenCapture}
   */
  async bring(source: Source, into: string, log: Transport, told: (events: number) => void): Promise<void> {
    const { topic, partition, captured } = source;
    const held = this.#partitions.get(placeOf(source));
    if (captured === null) return;
    const { first, next } = captured;
    const from = first + (await log.bounds({ topic: into, partition })).end;
    if (from === next) return;
    if (held === undefined || held.first > from || held.next < next)
      throw new BrokenCapture(
        `${topic}/${partition}: the Capture files no longer hold the offsets ${from} to ${next}`,
        'Bring the files back that the replay was begun with',
      );
    const partitions = await log.partitions(into);
    let [batches, waiting] = [new OutsideBatches(into, partitions), 0];
    for await (const { key, body, enqueuedAt } of held.events(from, next)) {
      batches.add({ ...recordOfBytes(key, body), partition }, enqueuedAt);
      if (++waiting < mostEvents) continue;
      await log.append(batches.take());
      told(waiting);
      [batches, waiting] = [new OutsideBatches(into, partitions), 0];
    }
    await log.append(batches.take());
    told(waiting);
  }
}

/** What both hold has to be the same event. */
async function refuseOther(
  at: TopicPartition,
  captured: CapturePartition,
  offset: Offset,
  log: Pick<Transport, 'read'>,
): Promise<void> {
  const [batch] = await log.read({ ...at, from: offset, to: offset + 1, maxRecords: 1, maxBytes: 1 });
  if (batch === undefined) return;
  const record = new BatchCursor(batch);
  while (record.next()) if (record.offset === offset) break;
  for await (const { body } of captured.events(offset, offset + 1))
    if (crc32(body) !== crc32(record.value())) throw another(at, `at offset ${offset} it holds another event`);
}

const another = (at: TopicPartition, why: string): BrokenCapture =>
  new BrokenCapture(
    `The Capture files of ${placeOf(at)} are not those of this log: ${why}`,
    'Name the folder of this hub',
  );
