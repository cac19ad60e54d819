/** An order that was refused is looked at again when its letter is redriven, on every store, whoever is killed meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newestLetters, redrive } from '../../../src/cli/dead-letters.ts';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import type { JsonObject } from '../../../src/documents/port.ts';
import type { Ports } from '../../../src/app/compose.ts';
import { OrdersConnector } from '../../../src/recommender/orders/connector.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { ratings } from '../../../topologies/streams.ts';
import { makeContainers } from '../../support/cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../../support/cosmos/process.ts';
import { openLoop } from '../../support/loop/place.ts';
import { toldEvents } from '../../support/orders.ts';

const placedAt = Date.UTC(2026, 0, 1);
const sound: JsonObject = {
  orderId: 'o/1',
  userId: 'ann/é',
  lines: [{ itemId: 'heat', quantity: 2 }],
  placedAt,
  updatedAt: placedAt,
};
const key = { collection: 'orders', partition: 'ann/é', id: 'o/1' };

describe.each(['sqlite', 'cosmos'] as const)('with the documents in %s', adapter => {
  let data: string;
  let cosmos: FixtureProcess | undefined;
  let ports: Ports;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'millrace-redrive-'));
    if (adapter === 'cosmos') {
      cosmos = await startFixtureProcess();
      await makeContainers(
        cosmos,
        containers.map(({ name }) => name),
      );
    }
    ports = await openLoop({ data, ...(cosmos && { cosmos: { endpoint: cosmos.endpoint, key: cosmos.key } }) });
    for (const { name } of [ratings, deadLetters]) await ports.transport.createTopic(name, { partitions: 2 });
  });
  afterEach(async () => {
    await ports[Symbol.asyncDispose]();
    await cosmos?.[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });

  /** Until all is told; with a step, until the connector fails there, before it has given anything back. */
  const connect = (owner: string, failAt?: string): Promise<void> =>
    new OrdersConnector({
      documents: ports.documents,
      transport: ports.transport,
      clock: ports.clock,
      owner,
      pollEvery: 5,
      leaseFor: 1_000,
      onWait: () => {},
      onStep: (step, moment) => {
        if (step === failAt && moment === 'before') throw new Error(`ends before ${step}`);
      },
      warn: () => {},
    }).runUntilCaughtUp(new AbortController().signal);
  const told = async () => (await toldEvents(ports.transport)).map(({ itemId, value }) => [itemId, value]);
  const requests = async () =>
    (await ports.documents.list({ collection: 'orders', limit: 10 })).filter(({ id }) => id !== key.id);

  test('as it stands it is refused again, mended it is told, and redriven twice it is told once', async () => {
    await ports.documents.put(key, { ...sound, lines: 'none' }, 'always');
    await connect('first');
    expect((await newestLetters(ports, 10)).newest).toMatchObject([{ topic: 'orders', task: 'orders' }]);
    expect(await redrive(ports, 'orders')).toEqual({ redriven: 1, before: 0, withoutRecord: 0 });
    await connect('second');
    expect((await newestLetters(ports, 10)).total).toBe(2);
    expect(await told()).toEqual([]);
    await ports.documents.put(key, sound, 'always');
    expect(await redrive(ports, undefined)).toEqual({ redriven: 1, before: 1, withoutRecord: 0 });
    expect(await redrive(ports, undefined)).toEqual({ redriven: 0, before: 2, withoutRecord: 0 });
    await connect('third');
    expect(await told()).toEqual([['heat', 2]]);
    expect((await ports.documents.get(key))?.body, 'the shop’s document is left as it is').toEqual(sound);
    expect(await requests()).toEqual([]);
  });

  test.each(steps.map(({ name }) => name))(
    'a connector that ends before it can %s leaves nothing undone',
    async step => {
      await ports.documents.put(key, { ...sound, lines: 'none' }, 'always');
      await connect('first');
      await redrive(ports, undefined);
      await expect(connect('second', step)).rejects.toThrow(`ends before ${step}`);
      await connect('third');
      // Told at the same place by both, where the second had come so far: a letter that comes twice is redriven once.
      const places = new Set(
        (await newestLetters(ports, 10)).newest.map(({ partition, offset }) => `${partition}@${offset}`),
      );
      expect(places.size).toBe(2);
      expect(await requests()).toEqual([]);
    },
  );

  test('an order that is no longer there is not brought back', async () => {
    await ports.documents.put(key, { ...sound, lines: 'none' }, 'always');
    await connect('first');
    const version = { lineage: 0, epoch: 1, seq: 0 };
    await ports.documents.write([{ ...key, task: 'shop', version, body: null }]);
    expect(await redrive(ports, undefined)).toEqual({ redriven: 0, before: 0, withoutRecord: 1 });
    await connect('second');
    expect(await ports.documents.get(key)).toBeUndefined();
    expect(await told()).toEqual([]);
  });
});
