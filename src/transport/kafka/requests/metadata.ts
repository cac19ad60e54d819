/** Metadata, with the identity of topics where the broker tells it: kafkajs's version has none. */
import type { Broker } from '../broker.ts';
import type { Address } from '../connection.ts';
import { WireReader, WireWriter } from '../codec/wire.ts';
import { failureOf } from '../errors.ts';

const apiKey = 3;
/** From here on the header and the arrays are flexible. */
const flexibleFrom = 9;
/** From here on a topic has an identity. */
const identityFrom = 10;
const ours = 12;
const noIdentity = '0'.repeat(32);
const untold = -(2 ** 31);

export interface PartitionMetadata {
  readonly errorCode: number;
  readonly partition: number;
  /** Node, or -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly errorCode: number;
  readonly topic: string;
  /** Another one after the topic was deleted and made anew; undefined where the broker has none. */
  readonly id: string | undefined;
  readonly isInternal: boolean;
  /** What we may do with it, as bits by Kafka's numbers of operations; undefined where the broker does not tell. */
  readonly allowed: number | undefined;
  readonly partitions: readonly PartitionMetadata[];
}

export interface Metadata {
  readonly brokers: ReadonlyMap<number, Address>;
  readonly topics: readonly TopicMetadata[];
}

/** Of these topics, or of all; none is created by asking. */
export async function askMetadata(
  broker: Broker,
  topics: readonly string[] | 'all',
  { operations = false }: { readonly operations?: boolean } = {},
): Promise<Metadata> {
  const version = broker.version(apiKey, ours);
  if (version === undefined || version < 5) throw failureOf(35, 'Metadata: the broker is older than Kafka 1.0');
  const flexible = version >= flexibleFrom;
  const body = [encode(topics, version, flexible, operations)];
  const payload = await broker.call({ name: 'Metadata', apiKey, apiVersion: version, flexible, body });
  return decode(new WireReader(payload, flexible), version);
}

function encode(topics: readonly string[] | 'all', version: number, flexible: boolean, operations: boolean): Buffer {
  const writer = new WireWriter(flexible);
  const topic = (name: string): void => {
    if (version >= identityFrom) writer.raw(Buffer.alloc(16));
    writer.string(name).end();
  };
  if (topics === 'all') writer.bytesOf(-1);
  else writer.array(topics, topic);
  writer.int8(0); // no creation
  if (version >= 8 && version <= 10) writer.int8(0);
  if (version >= 8) writer.int8(operations ? 1 : 0);
  return writer.end().take();
}

function decode(reader: WireReader, version: number): Metadata {
  reader.int32(); // throttled
  const brokers = new Map(
    reader.array((): [number, Address] => {
      const node = reader.int32();
      const address = { host: reader.string() ?? '', port: reader.int32() };
      reader.string(); // rack
      reader.end();
      return [node, address];
    }),
  );
  reader.string(); // cluster
  reader.int32(); // controller
  return { brokers, topics: reader.array(() => topicOf(reader, version)) };
}

function topicOf(reader: WireReader, version: number): TopicMetadata {
  const errorCode = reader.int16();
  const topic = reader.string() ?? '';
  const id = version >= identityFrom ? reader.uuid() : noIdentity;
  const isInternal = reader.boolean();
  const partitions = reader.array(() => partitionOf(reader, version));
  const allowed = version >= 8 ? reader.int32() : untold;
  reader.end();
  return {
    errorCode,
    topic,
    id: id === noIdentity ? undefined : id,
    isInternal,
    allowed: allowed === untold ? undefined : allowed,
    partitions,
  };
}

function partitionOf(reader: WireReader, version: number): PartitionMetadata {
  const errorCode = reader.int16();
  const partition = reader.int32();
  const leader = reader.int32();
  if (version >= 7) reader.int32(); // leader epoch
  for (let list = 0; list < 3; list++) reader.array(() => reader.int32()); // replicas: all, in sync, offline
  reader.end();
  return { errorCode, partition, leader };
}
