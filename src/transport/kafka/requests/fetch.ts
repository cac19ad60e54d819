/** Fetch of several partitions, whose record batches are answered as bytes: kafkajs makes an object of each record. */
import type { Millis } from '../../../stream/time.ts';
import type { Offset, TopicPartition } from '../../port.ts';
import type { Broker } from '../broker.ts';
import { WireReader, WireWriter } from '../codec/wire.ts';
import { failureOf } from '../errors.ts';

const apiKey = 1;
const flexibleFrom = 12;
/** From here on topics are named by identity: one that was made anew is not taken for the one before. */
const identityFrom = 13;
const readCommitted = 1;

/** A partition, and from where on it is read. */
export interface FetchPlace extends TopicPartition {
  readonly topicId: string | undefined;
  readonly from: Offset;
  readonly maxBytes: number;
}

export interface FetchLimits {
  readonly maxWait: Millis;
  readonly maxBytes: number;
}

/** A producer's transaction that was given up: its records from `firstOffset` to its end marker are not data. */
export interface Aborted {
  readonly producerId: number;
  readonly firstOffset: Offset;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  /** Where readers of what is committed end; -1 where the broker did not look. */
  readonly end: Offset;
  readonly aborted: readonly Aborted[];
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly throttle: Millis;
  /** By the topic's name, or its identity where it was asked for by that. */
  readonly topics: ReadonlyMap<string, readonly FetchedPartition[]>;
}

/** One request; a broker that has nothing holds it back for `maxWait`. */
export async function fetch(broker: Broker, places: readonly FetchPlace[], limits: FetchLimits): Promise<FetchAnswer> {
  const identified = places.every(({ topicId }) => topicId !== undefined);
  const version = broker.version(apiKey, identified ? identityFrom : identityFrom - 1);
  if (version === undefined || version < 4) throw failureOf(35, 'Fetch: the broker is older than Kafka 1.0');
  const flexible = version >= flexibleFrom;
  const body = [encode(places, limits, version)];
  const payload = await broker.call({ name: 'Fetch', apiKey, apiVersion: version, flexible, body }, limits.maxWait);
  return decode(new WireReader(payload, flexible), version);
}

/** How the answer names the topic of a place. */
export const answered = ({ topics }: FetchAnswer, { topic, topicId, partition }: FetchPlace) =>
  (topics.get(topicId ?? topic) ?? topics.get(topic))?.find(fetched => fetched.partition === partition);

function encode(places: readonly FetchPlace[], { maxWait, maxBytes }: FetchLimits, version: number): Buffer {
  const writer = new WireWriter(version >= flexibleFrom);
  writer.int32(-1).int32(maxWait).int32(1).int32(maxBytes).int8(readCommitted);
  if (version >= 7) writer.int32(0).int32(-1); // no session
  const byTopic = Map.groupBy(places, ({ topic }) => topic);
  writer.array([...byTopic], ([topic, partitions]) => {
    if (version >= identityFrom) writer.raw(Buffer.from(partitions[0]?.topicId ?? '', 'hex'));
    else writer.string(topic);
    writer.array(partitions, place => writePlace(writer, place, version)).end();
  });
  if (version >= 7) writer.array([], () => {});
  if (version >= 11) writer.string('');
  return writer.end().take();
}

function writePlace(writer: WireWriter, { partition, from, maxBytes }: FetchPlace, version: number): void {
  writer.int32(partition);
  if (version >= 9) writer.int32(-1); // whichever epoch the leader has
  writer.int64(from);
  if (version >= 12) writer.int32(-1);
  if (version >= 5) writer.int64(-1);
  writer.int32(maxBytes).end();
}

function decode(reader: WireReader, version: number): FetchAnswer {
  const throttle = reader.int32();
  if (version >= 7) {
    const errorCode = reader.int16();
    reader.int32(); // session
    if (errorCode !== 0) throw failureOf(errorCode, 'Fetch');
  }
  const topics = reader.array((): [string, FetchedPartition[]] => {
    const topic = version >= identityFrom ? reader.uuid() : (reader.string() ?? '');
    const partitions = reader.array(() => partitionOf(reader, version));
    reader.end();
    return [topic, partitions];
  });
  return { throttle, topics: new Map(topics) };
}

function partitionOf(reader: WireReader, version: number): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  reader.int64(); // high watermark: what lies between it and the end belongs to open transactions
  const end = reader.int64();
  if (version >= 5) reader.int64(); // start of the log
  const aborted = reader.array(() => {
    const transaction = { producerId: reader.int64(), firstOffset: reader.int64() };
    reader.end();
    return transaction;
  });
  if (version >= 11) reader.int32(); // preferred replica
  const records = reader.bytes();
  reader.end();
  return { partition, errorCode, end, aborted, records };
}
