/** A shop that began in a folder moves to a broker, to Cosmos DB and to Blob Storage, and goes on there; and back again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyPartition } from '../../src/stream/copied-partition.ts';
import { openEmbeddedLog } from '../../src/transport/embedded/open.ts';
import { BatchBuilder, BatchCursor, Kind, outside } from '../../src/transport/record.ts';
import { redactedBatch } from '../../src/transport/redact.ts';
import { ratings } from '../../topologies/streams.ts';
import { equip, type Equipment } from '../drills/equipment.ts';
import { millraceWith } from '../support/cli.ts';
import { consumed } from '../support/consumer.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { type Environment, inPorts, made, ordered, returned, said } from '../support/moves.ts';

const sent = 1_200;
const orders = 30;
const events = sent + orders + orders / 3;

describe.skipIf(noOwnBroker)('a shop moves', () => {
  let folder: string;
  let equipment: Equipment;
  let here: Environment;
  let there: Environment;
  let before: Record<string, unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-moves-'));
    equipment = await equip({ transport: 'kafka', documents: 'cosmos', snapshots: 'blob' });
    here = { MILLRACE_DATA: join(folder, 'here'), MILLRACE_PARTITIONS: '2' };
    there = { MILLRACE_DATA: join(folder, 'there'), ...equipment.environmentOf(join(folder, 'there')) };
    await said(here, 'generate', '--count', String(sent), '--rate', '0', '--seed', '5');
    await inPorts(here, ({ documents }) => ordered(documents, 0, orders));
    await said(here, 'run', 'orders', '--until-caught-up');
    await inPorts(here, ({ documents }) => returned(documents, 0, orders));
    await said(here, 'run', 'orders', '--until-caught-up');
    before = await said(here, 'run', '--until-caught-up');
  });
  afterAll(async () => {
    await equipment[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test('log and orders are copied, everything else is computed from them, to the bit, and goes on', async () => {
    await said(there, 'documents', 'create');
    const from = ['--from', join(folder, 'here')];
    const copied = await said(there, 'topics', 'copy', ...from);
    expect(copied).toMatchObject({
      topics: expect.arrayContaining([
        { topic: 'ratings', partitions: 2, copied: events, before: 0, gone: 0, unknown: 0 },
      ]),
    });
    expect(await said(there, 'documents', 'copy', ...from)).toEqual({ orders, told: orders, erasures: 0, before: 0 });
    const after = await said(there, 'run', '--until-caught-up');
    expect(made(after)).toEqual(made(before));
    expect(after).toMatchObject({ deadLetters: 0 });
    const moved = await inPorts(there, ({ transport }) => consumed(transport, ratings));
    expect(moved).toHaveLength(events);
    expect(await inPorts(here, ({ transport }) => consumed(transport, ratings))).toEqual(moved);

    await inPorts(there, ({ documents }) => ordered(documents, orders, 2 * orders));
    await said(there, 'generate', '--count', '100', '--rate', '0', '--seed', '6');
    const later = await said(there, 'run', '--until-caught-up');
    expect(later).toMatchObject({ accepted: Number(after['accepted']) + 100 + orders, deadLetters: 0 });
  });

  test('once more it names what was added since, to the log and to the orders', async () => {
    const { code, stderr } = await millraceWith(there, 'topics', 'copy', '--from', join(folder, 'here'));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /COPY_DIFFERS: .*\/\d of the log that is copied to has a record at offset \d+ that is no copy/,
    );
    const again = await millraceWith(there, 'documents', 'copy', '--from', join(folder, 'here'));
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(
      new RegExp(`ORDER_DIFFERS: ${2 * orders} documents are where they would be copied to`),
    );
  });

  test('back into a folder, by a file of settings and variables of what is left', async () => {
    const settings = join(folder, 'there.yaml');
    writeFileSync(settings, `data: ${there['MILLRACE_DATA']}\ntransport: kafka\ndocuments: cosmos\n`);
    const back: Record<string, string> = { MILLRACE_DATA: join(folder, 'back') };
    for (const [name, value] of Object.entries(there)) back[`FROM_${name}`] = value;
    await said(back, 'topics', 'copy', '--from', settings);
    await said(back, 'documents', 'copy', '--from', settings);
    const after = await said(back, 'run', '--until-caught-up');
    // Where versions of the model ended while it was live is not in what was copied: a replay of the log is what it is like.
    expect(made(after)).toEqual(made(await said(there, 'replay', '--into', 'again')));
    expect(await inPorts(back, ({ transport }) => consumed(transport, ratings))).toEqual(
      await inPorts(there, ({ transport }) => consumed(transport, ratings)),
    );
  });

  test('a record that was redacted stays redacted, at its place and with its time', async () => {
    const at = { topic: 'redacted', partition: 0 };
    const builder = new BatchBuilder(outside, 0);
    for (const key of ['a', 'b', 'c'])
      builder.add({ kind: Kind.value, watermark: -Infinity, origin: 1, key, trace: '' }, (_, start) => start);
    const [batch] = builder.take();
    if (batch === undefined) throw new Error('there is a batch');
    const log = openEmbeddedLog({ path: ':memory:' });
    await log.createTopic(at.topic, { partitions: 1 });
    await log.append([{ ...at, batches: [redactedBatch({ ...batch, firstOffset: 0 }, new Map([[1, 123]]))] }]);
    const found = await inPorts(there, async ({ transport, registry }) => {
      await transport.createTopic(at.topic, { partitions: 1 });
      const options = { signal: new AbortController().signal };
      for (const copied of [3, 0]) {
        const counts = await copyPartition({ transport: log, registry }, { transport, registry }, at, options);
        expect(counts).toEqual({ copied, before: 3 - copied, gone: 0, unknown: 0 });
      }
      const batches = await transport.read({ ...at, from: 0, maxRecords: 10, maxBytes: 1 << 20 });
      return batches.flatMap(one => {
        const record = new BatchCursor(one);
        const kinds: object[] = [];
        while (record.next())
          kinds.push({ offset: record.offset, kind: record.kind, key: record.key(), watermark: record.watermark });
        return kinds;
      });
    });
    await log.close();
    expect(found).toEqual([
      { offset: 0, kind: Kind.value, key: 'a', watermark: -Infinity },
      { offset: 1, kind: Kind.redacted, key: '', watermark: 123 },
      { offset: 2, kind: Kind.value, key: 'c', watermark: -Infinity },
    ]);
  });
});
