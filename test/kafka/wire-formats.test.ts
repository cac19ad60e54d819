/** How values name their schema on a broker, as other clients write and read them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryRegistry, type SchemaRegistry } from '../../src/stream/registry.ts';
import { appendFromOutside, recordOf, recordOfBytes } from '../../src/stream/outside.ts';
import { recordsWithValues, valuesOf } from '../../src/stream/log-values.ts';
import { schema } from '../../src/stream/schema.ts';
import { stream } from '../../src/stream/stream.ts';
import { azureFrames, confluentFrames } from '../../src/stream/wire-frames.ts';
import { kafkaOptions } from '../../src/transport/kafka/configured.ts';
import { type KafkaLog, openKafkaLog } from '../../src/transport/kafka/open.ts';
import { BatchBuilder, Kind } from '../../src/transport/record.ts';
import type { WireFrames } from '../../src/transport/wire-frame.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { readTopic, witness } from '../support/kafka/witness.ts';

interface Note {
  readonly text: string;
}
const noteSchema = schema<Note>({ type: 'record', name: 'Note', fields: [{ name: 'text', type: 'string' }] });
const notes = (name: string) => stream<Note>(name, { schema: noteSchema, key: note => note.text, time: () => 0 });
/** Plain Avro of a note: the length, twice, and the text. */
const plain = (text: string): Buffer => Buffer.from([text.length * 2, ...Buffer.from(text)]);

const azureId = '00112233445566778899aabbccddeeff';
const own = memoryRegistry([noteSchema.definition]);
/** Knows the notes by one id of each registry. */
const registry: Pick<SchemaRegistry, 'find'> = {
  find: async reference =>
    reference === 'confluent:7' || reference === `azure:${azureId}` ? noteSchema.definition : own.find(reference),
};

async function open(frames?: WireFrames): Promise<KafkaLog> {
  const settings = { brokers, profile: 'kafka', clientId: 'millrace', tls: {}, sasl: {} } as const;
  return openKafkaLog({ ...(await kafkaOptions(settings, Date.now)), ...(frames === undefined ? {} : { frames }) });
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe.skipIf(noBroker)('values on a broker', () => {
  let log: KafkaLog;
  let topic: string;
  beforeAll(async () => {
    log = await open();
  });
  afterAll(() => log.close());

  async function made(name: string): Promise<string> {
    topic = unique(name);
    await log.createTopic(topic, { partitions: 1 });
    return topic;
  }

  /** As another program writes, that knows nothing of us. */
  async function send(...messages: { value: Buffer; headers?: Record<string, string> }[]): Promise<void> {
    const producer = witness(brokers).producer();
    await producer.connect();
    await producer.send({ topic, messages: messages.map(message => ({ key: 'k', ...message })) });
    await producer.disconnect();
  }

  test('that others wrote with ids of registries are read, and those of no registry are left to be judged', async () => {
    await made('others');
    const azure = { 'content-type': `avro/binary+${azureId}` };
    await send(
      { value: Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), plain('confluent')]) },
      { value: plain('azure'), headers: { trace: 'x', ...azure, other: 'y' } },
      { value: Buffer.alloc(0), headers: { 'content-type': 'text/plain; charset=utf-8; a=0123456789' } },
    );
    await appendFromOutside(log, topic, [recordOf(notes(topic), { text: 'ours' })], Date.now());
    const read: string[] = [];
    const reading = all(recordsWithValues({ transport: log, registry }, notes(topic)));
    await expect(reading).rejects.toThrow(/@2: Not a value of Note: 0 bytes are too few/);
    for await (const { text } of firstOnes(2)) read.push(text);
    expect(read).toEqual(['confluent', 'azure']);
  });

  async function* firstOnes(count: number): AsyncGenerator<Note> {
    let left = count;
    for await (const value of valuesOf({ transport: log, registry }, notes(topic))) {
      yield value;
      if (--left === 0) return;
    }
  }

  test.each([
    ['confluent', confluentFrames(own, { register: async () => 7 }), Buffer.from([0, 0, 0, 0, 7]), undefined],
    ['azure', azureFrames(own, { register: async () => azureId }), Buffer.alloc(0), `avro/binary+${azureId}`],
  ] as const)(
    'that we write name their schema as %s does, and come back',
    async (name, frames, prefix, contentType) => {
      await made(name);
      const ours = await open(frames);
      try {
        const stuff = notes(topic);
        await appendFromOutside(ours, topic, [recordOf(stuff, { text: 'bare' })], Date.now());
        const task = new BatchBuilder({ name: 'copy/0', lineage: 1, epoch: 3 }, 0);
        const envelope = { kind: Kind.value, watermark: 5, origin: 6, key: 'k', trace: 'trace' } as const;
        for (const text of ['a', 'b'.repeat(100), 'c'])
          task.add(envelope, (buffer, at) => noteSchema.encode({ text }, buffer, at));
        task.add({ ...envelope, kind: Kind.marker }, (_, at) => at);
        await ours.append([{ topic, partition: 0, batches: task.take() }]);

        const texts = ['bare', 'a', 'b'.repeat(100), 'c'];
        const records = await readTopic(brokers, topic);
        expect(records.map(({ value }) => value?.toString('latin1'))).toEqual([
          ...texts.map(text => Buffer.concat([prefix, plainLong(text)]).toString('latin1')),
          undefined,
        ]);
        expect(records.slice(0, -1).map(({ headers }) => headers.get('content-type')?.toString())).toEqual(
          texts.map(() => contentType),
        );
        expect(await all(valuesOf({ transport: log, registry }, stuff))).toEqual(texts.map(text => ({ text })));
        const [batch] = (await log.read({ topic, partition: 0, from: 1, maxRecords: 10, maxBytes: 1 << 20 })).slice(-1);
        expect(batch?.records).toBe(4); // one writer, in sequence
      } finally {
        await ours.close();
      }
    },
  );

  test('are driven again as they came: what was in a header goes back into it', async () => {
    const from = await made('from');
    await send({ value: plain('again'), headers: { 'content-type': `avro/binary+${azureId}` } });
    const [batch] = await log.read({ topic: from, partition: 0, from: 0, maxRecords: 10, maxBytes: 1 << 20 });
    const framed = Buffer.concat([Buffer.from([0xc3, 0x02]), Buffer.from(azureId, 'hex'), plain('again')]);
    expect(batch?.bytes.subarray(-framed.length)).toEqual(framed);
    await appendFromOutside(log, from, [recordOfBytes('k', framed)], Date.now());
    const [first, second] = await readTopic(brokers, from);
    expect(second?.value).toEqual(first?.value);
    expect(second?.headers.get('content-type')).toEqual(first?.headers.get('content-type'));
  });
});

/** A length beyond 63 takes two bytes. */
function plainLong(text: string): Buffer {
  const twice = text.length * 2;
  const length = twice < 128 ? [twice] : [(twice & 0x7f) | 0x80, twice >> 7];
  return Buffer.from([...length, ...Buffer.from(text)]);
}
