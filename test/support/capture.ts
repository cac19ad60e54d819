/** Files as Event Hubs Capture writes them: its schema, its places, its way to write times. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import avro from 'avsc';
import type { Transport } from '../../src/transport/port.ts';
import { BatchCursor } from '../../src/transport/record.ts';

const values = ['long', 'double', 'string', 'bytes'] as const;

/** https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview */
const schema: avro.Schema = {
  type: 'record',
  name: 'EventData',
  namespace: 'Microsoft.ServiceBus.Messaging',
  fields: [
    { name: 'SequenceNumber', type: 'long' },
    { name: 'Offset', type: 'string' },
    { name: 'EnqueuedTimeUtc', type: 'string' },
    { name: 'SystemProperties', type: { type: 'map', values: [...values] } },
    { name: 'Properties', type: { type: 'map', values: [...values, 'null'] } },
    { name: 'Body', type: ['null', 'bytes'] },
  ],
};
const type = avro.Type.forSchema(schema, { wrapUnions: true });

export interface TestEvent {
  readonly sequence: number;
  readonly time: number;
  readonly key: string;
  readonly body: Buffer;
}

export type Codec = 'null' | 'deflate' | 'snappy';

export interface TestFile {
  readonly hub: string;
  readonly partition: number;
  /** When its window began; the path says so. */
  readonly at: Date;
  readonly codec?: Codec;
  /** Of an empty window too there is a file. */
  readonly events: readonly TestEvent[];
}

/** Writes one file below the folder and answers its path. */
export async function writeCapture(folder: string, { hub, partition, at, codec = 'null', events }: TestFile) {
  const [year, month, day, hour, minute, second] = at.toISOString().split(/\D/);
  const parts = ['shop-events', hub, String(partition), year, month, day, hour, minute, `${second ?? ''}.avro`];
  const path = join(folder, ...parts.map(part => part ?? ''));
  await mkdir(dirname(path), { recursive: true });
  const encoder = new avro.streams.BlockEncoder(type, { codec, codecs: { ...codecs(), snappy }, blockSize: 512 });
  const file = createWriteStream(path);
  encoder.pipe(file);
  for (const event of events) encoder.write(eventData(event));
  encoder.end();
  await once(file, 'close');
  return path;
}

/** Writes what a topic holds, a file for each partition, as if it had been captured. */
export async function captureTopic(folder: string, transport: Transport, topic: string): Promise<void> {
  for (let partition = 0; partition < (await transport.partitions(topic)); partition++) {
    const events: TestEvent[] = [];
    const { end } = await transport.bounds({ topic, partition });
    for (const batch of await transport.read({ topic, partition, from: 0, maxRecords: end, maxBytes: 1 << 24 })) {
      const record = new BatchCursor(batch);
      while (record.next())
        events.push({
          sequence: record.offset,
          time: record.origin,
          key: record.key(),
          body: Buffer.from(record.value()),
        });
    }
    await writeCapture(folder, { hub: topic, partition, at: new Date(0), codec: 'deflate', events });
  }
}

const eventData = ({ sequence, time, key, body }: TestEvent) => ({
  SequenceNumber: sequence,
  Offset: String(sequence * 120),
  EnqueuedTimeUtc: usTime(time),
  SystemProperties: { 'x-opt-kafka-key': { bytes: Buffer.from(key) }, 'x-opt-enqueued-time': { long: time } },
  Properties: { source: { string: 'test' }, none: null },
  Body: { bytes: body },
});

/** `4/29/2026 3:46:59 PM`: to the second, in UTC. */
function usTime(time: number): string {
  const at = new Date(time);
  const hour = at.getUTCHours();
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${((hour + 11) % 12) + 1}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}

const codecs = () => avro.streams.BlockEncoder.defaultCodecs();

/** Snappy that packs nothing but runs: literals and copies that overlap themselves, and Avro's checksum behind. */
function snappy(block: Buffer, done: (error: Error | null, packed: Buffer) => void): void {
  const parts: Buffer[] = [lengthOf(block.length)];
  for (let at = 0; at < block.length;) {
    let run = 1;
    while (run < 60 && block[at + run] === block[at]) run++;
    const size = run > 5 ? 1 : Math.min(60, block.length - at);
    const literal = run > 5 ? 1 : untilRun(block, at, size);
    parts.push(Buffer.of((literal - 1) << 2), block.subarray(at, at + literal));
    at += literal;
    if (run > 5) {
      parts.push(Buffer.of(((run - 2) << 2) | 2, 1, 0));
      at += run - 1;
    }
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(block));
  done(null, Buffer.concat([...parts, checksum]));
}

function untilRun(block: Buffer, at: number, most: number): number {
  for (let n = 1; n < most; n++) {
    const byte = block[at + n];
    if ([1, 2, 3, 4, 5].every(next => block[at + n + next] === byte)) return n;
  }
  return most;
}

function lengthOf(length: number): Buffer {
  const bytes: number[] = [];
  let left = length;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
