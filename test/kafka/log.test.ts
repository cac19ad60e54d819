/** `millrace/log` on a broker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClient } from '../../src/log.ts';
import { schema, stream } from '../../src/index.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { createTopic, readTopic } from '../support/kafka/witness.ts';

interface Note {
  readonly id: string;
}

const notes = (name: string) =>
  stream<Note>(name, {
    schema: schema({ type: 'record', name: 'Note', fields: [{ name: 'id', type: 'string' }] }),
    key: note => note.id,
    time: () => 0,
  });

describe.skipIf(noBroker)('a program beside the engine', () => {
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'millrace-client-'));
  });
  afterAll(() => rmSync(data, { recursive: true }));

  test('sends values to a broker, each in the partition of its key', async () => {
    const name = unique('notes');
    await createTopic(brokers, name, 3);
    await using client = await openClient({ data, kafka: { brokers } });
    await client.send(
      notes(name),
      Array.from({ length: 100 }, (_, n) => ({ id: `n${n % 10}` })),
    );
    const sent = await readTopic(brokers, name);
    expect(sent).toHaveLength(100);
    const partitions = new Map(sent.map(({ key, partition }) => [key, partition]));
    for (const { key, partition } of sent) expect(partition).toBe(partitions.get(key));
    expect(new Set(partitions.values()).size).toBeGreaterThan(1);
  });

  test('is told what is wrong with its settings', async () => {
    await expect(openClient({ data, kafka: { brokers: [] } })).rejects.toThrow(/openClient: .*no broker is named/);
    await expect(openClient({ data, kafka: { brokers: ['here'] } })).rejects.toThrow(/a broker is HOST:PORT/);
    const wrong = { brokers, brokres: [] };
    await expect(openClient({ data, kafka: wrong })).rejects.toThrow(/no setting 'kafka\.brokres'.*'kafka\.brokers'/);
  });
});
