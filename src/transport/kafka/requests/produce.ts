/** Produce of encoded batches, one for each partition of the request. */
import type { Millis } from '../../../stream/time.ts';
import type { Offset, TopicPartition } from '../../port.ts';
import type { Broker } from '../broker.ts';
import { WireReader, WireWriter } from '../codec/wire.ts';
import { failureOf } from '../errors.ts';

const apiKey = 0;
const ours = 8;
const allReplicas = -1;

export interface ProducedBatch extends TopicPartition {
  readonly bytes: Buffer;
}

export interface ProducedPartition extends TopicPartition {
  readonly errorCode: number;
  readonly message: string | null;
  readonly firstOffset: Offset;
}

export interface ProduceAnswer {
  readonly throttle: Millis;
  readonly partitions: readonly ProducedPartition[];
}

/** Answers when all replicas in sync have the batches, or for each partition why not. */
export async function produce(
  broker: Broker,
  batches: readonly ProducedBatch[],
  timeout: Millis,
): Promise<ProduceAnswer> {
  const version = broker.version(apiKey, ours);
  if (version === undefined || version < 3) throw failureOf(35, 'Produce: the broker is older than Kafka 1.0');
  const body = encode(batches, timeout);
  const payload = await broker.call({ name: 'Produce', apiKey, apiVersion: version, flexible: false, body });
  return decode(new WireReader(payload, false), version);
}

/** The batches are parts of their own, so that they are sent without being copied. */
function encode(batches: readonly ProducedBatch[], timeout: Millis): Buffer[] {
  const body: Buffer[] = [];
  const writer = new WireWriter(false);
  writer.string(null).int16(allReplicas).int32(timeout);
  writer.array([...Map.groupBy(batches, ({ topic }) => topic)], ([topic, partitions]) => {
    writer.string(topic).array(partitions, ({ partition, bytes }) => {
      body.push(writer.int32(partition).bytesOf(bytes.length).take(), bytes);
    });
  });
  return body;
}

function decode(reader: WireReader, version: number): ProduceAnswer {
  const topics = reader.array(() => {
    const topic = reader.string() ?? '';
    return reader.array(() => partitionOf(reader, topic, version));
  });
  return { partitions: topics.flat(), throttle: reader.int32() };
}

function partitionOf(reader: WireReader, topic: string, version: number): ProducedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const firstOffset = reader.int64();
  reader.int64(); // time of the append
  if (version >= 5) reader.int64(); // start of the log
  let message: string | null = null;
  if (version >= 8) {
    reader.array(() => {
      reader.int32();
      return reader.string();
    });
    message = reader.string();
  }
  return { topic, partition, errorCode, message, firstOffset };
}
