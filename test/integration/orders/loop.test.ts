/** The loop, end to end: orders in the documents become lists there, and whatever is killed when, the same lists. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/cli/outcome.ts';
import type { Documents } from '../../../src/documents/port.ts';
import { steps as epochSteps } from '../../../src/engine/epoch.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import { topologies } from '../../../topologies/index.ts';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import { makeContainers, newKey } from '../../support/cosmos/place.ts';
import { type CosmosFixture, startFixture } from '../../support/cosmos/server.ts';
import { type LoopPlace, openLoop } from '../../support/orders-loop.ts';
import { putOrder, standing, toldEvents, wanted, type WrittenOrder } from '../../support/orders.ts';
import { Random } from '../../support/random.ts';

const program = fileURLToPath(new URL('../../support/orders-process.ts', import.meta.url));
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));
const deadline_ms = 60_000;
const placedAt = Date.UTC(2026, 0, 1);
const orders = shopOf(new Random(11));
const moments = ['before', 'after'] as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-loop-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Orders of a dozen users, a part of them taken back. */
function shopOf(random: Random): WrittenOrder[] {
  return Array.from({ length: 60 }, (_, n) => {
    const lines = Array.from({ length: random.between(1, 3) }, () => {
      const quantity = random.between(1, 3);
      return { itemId: `i${random.between(1, 15)}`, quantity, returned: random.between(0, quantity) };
    });
    const status = random.chance(0.1) ? 'cancelled' : 'placed';
    const at = placedAt + n * 60_000;
    return {
      orderId: `o${n}`,
      userId: `u${random.between(1, 12)}`,
      lines,
      status,
      placedAt: at,
      updatedAt: at + 30_000,
    };
  });
}

async function placeWith(name: string, cosmos?: CosmosFixture): Promise<LoopPlace> {
  const place = { data: join(folder, name), ...(cosmos && { cosmos: { endpoint: cosmos.endpoint, key: cosmos.key } }) };
  await using ports = await openLoop(place);
  for (const topic of Graph.streamsOf(topologies)) await ports.transport.createTopic(topic, { partitions: 2 });
  for (const order of orders) await putOrder(ports.documents, order);
  return place;
}

async function run(place: LoopPlace, kill = '') {
  const env = { ...process.env, MILLRACE_KILL: kill, NODE_COMPILE_CACHE: compileCache };
  const child = spawn(process.execPath, [program, JSON.stringify(place)], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: deadline_ms,
    killSignal: 'SIGTERM',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode, complaint };
}

const orderly = { code: 0, signal: null, complaint: '' };
const killed = { code: null, signal: 'SIGKILL', complaint: '' };

/** What the loop has come to: free of clocks, offsets and epochs. */
async function outcome(place: LoopPlace) {
  await using ports = await openLoop(place);
  const { modelVersion, modelHash, recommendationsHash } = await outcomeOf(ports);
  return {
    modelVersion,
    modelHash,
    recommendationsHash,
    wanted: wanted(await toldEvents(ports.transport)),
    lists: await listsIn(ports.documents),
  };
}

async function listsIn(documents: Documents): Promise<[user: string, items: unknown][]> {
  const found = await documents.list({ collection: 'recommendations', limit: 100 });
  return found.map(({ id, body }) => [id, body['items']]);
}

describe.each(['sqlite', 'cosmos'] as const)('with the documents in %s', adapter => {
  let undisturbed: Awaited<ReturnType<typeof outcome>>;
  let ended: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    await withDocuments(async cosmos => {
      const place = await placeWith(`${adapter}-calm`, cosmos);
      ended = await run(place);
      undisturbed = await outcome(place);
    });
  });

  async function withDocuments(work: (cosmos?: CosmosFixture) => Promise<void>): Promise<void> {
    if (adapter === 'sqlite') return work();
    await using fixture = await startFixture({ key: newKey(), ranges: 3 });
    await makeContainers(
      fixture,
      containers.map(({ name }) => name),
    );
    await work(fixture);
  }

  test('every order is in the model, and every user has a list', () => {
    expect(ended).toEqual(orderly);
    expect(undisturbed.wanted).toEqual(standing(orders));
    expect(undisturbed.lists.length).toBeGreaterThan(8);
    expect(undisturbed.modelHash).not.toBeNull();
  });

  const points = [
    ...steps.flatMap(({ name }) => moments.map(moment => `orders.${name}:${moment}:2`)),
    // What the engine's steps are to each adapter, its own crash tests ask: here it is where the two parts meet.
    ...epochSteps
      .filter(({ name }) => adapter === 'sqlite' || name === 'flush')
      .flatMap(({ name }) => moments.map(moment => `train.${name}:${moment}`)),
    'recommend.flush:before',
    'recommend.flush:after',
  ];
  test.each(points)('killed at %s, and gone on with', async point => {
    await withDocuments(async cosmos => {
      const place = await placeWith(`${adapter}-${point.replaceAll(':', '-')}`, cosmos);
      expect(await run(place, point)).toEqual(killed);
      expect(await run(place)).toEqual(orderly);
      expect(await outcome(place)).toEqual(undisturbed);
    });
  });
});
