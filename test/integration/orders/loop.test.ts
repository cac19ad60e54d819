/**
 * The loop, end to end: orders come by the API and from the shop itself, and become lists. API, worker (connector and
 * engine) and Cosmos DB are processes of their own; whichever of them is killed when, the end is the same.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { steps as epochSteps } from '../../../src/engine/epoch.ts';
import { steps } from '../../../src/recommender/orders/page.ts';
import type { FaultInput, RequestKind } from '../../support/cosmos/faults.ts';
import { type Ending, killed, orderly } from '../../support/kill-child.ts';
import { type KeptPlace, LoopPlaces, type WorkingPlace } from '../../support/loop/copies.ts';
import { outcome, run } from '../../support/loop/run.ts';
import { orders, placeAll } from '../../support/loop/shop.ts';
import { standing } from '../../support/orders.ts';

/** Of a few runs, each with all the time that it may take. */
const limit_ms = 600_000;
const moments = ['before', 'after'] as const;

let folder: string;
let places: LoopPlaces;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-loop-'));
  places = new LoopPlaces(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['sqlite', 'cosmos'] as const)('with the documents in %s', { timeout: limit_ms }, adapter => {
  let empty: KeptPlace;
  let filled: KeptPlace;
  let undisturbed: Awaited<ReturnType<typeof outcome>>;
  let ended: Ending;
  const kept: WorkingPlace[] = [];

  beforeAll(async () => {
    empty = await places.empty(adapter);
    const full = await places.copyOf(empty);
    kept.push(full);
    await placeAll(full.place);
    filled = { data: full.place.data, cosmos: full.cosmos };
    await using calm = await places.copyOf(filled);
    ended = await run(calm.place);
    undisturbed = await outcome(calm.place);
  }, limit_ms);
  afterAll(async () => {
    for (const each of kept) await each[Symbol.asyncDispose]();
    await empty.cosmos?.[Symbol.asyncDispose]();
  }, limit_ms);

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
  test.each(points)('the worker killed at %s, and gone on with', async point => {
    await using working = await places.copyOf(filled);
    expect(await run(working.place, point)).toEqual(killed);
    expect(await run(working.place)).toEqual(orderly);
    expect(await outcome(working.place)).toEqual(undisturbed);
  });

  // The second of the new orders, the first that is cancelled, and the first of which something is returned.
  test.each(['put:before:2', 'put:after:2', 'put:after:13', 'put:after:19'])(
    'the API killed at %s, and asked again',
    async point => {
      await using working = await places.copyOf(empty);
      expect(await placeAll(working.place, point)).toEqual({ deaths: 1 });
      expect(await run(working.place)).toEqual(orderly);
      expect(await outcome(working.place)).toEqual(undisturbed);
    },
  );

  if (adapter === 'sqlite') return;

  const requests: readonly (readonly [RequestKind, number])[] = [
    ['feed', 3], // the connector looks for orders
    ['query', 1], // it asks what stands in other orders
    ['write', 4], // it takes a lease, writes down what it is to tell, leaves a page behind
    ['batch', 2], // a task takes its fence, and writes down a plan
    ['bulk', 2], // it writes vectors and lists
  ];
  const deaths = requests.flatMap(([kind, skip]) => moments.map(moment => [moment, kind, skip] as const));
  test.each(deaths)('Cosmos DB killed %s a %s, after %i of them, under the worker', async (moment, kind, skip) => {
    await using working = await places.copyOf(filled);
    await dying(working, { kind: 'die', after: moment === 'after', on: [kind], skip }, async () => {
      expect(await run(working.place)).toEqual(orderly);
    });
    expect(await outcome(working.place)).toEqual(undisturbed);
  });

  test.each([
    ['before', 2],
    ['after', 2],
    ['after', 13],
    ['after', 18],
  ] as const)('Cosmos DB killed %s a write, after %i of them, under the API', async (moment, skip) => {
    await using working = await places.copyOf(empty);
    await dying(working, { kind: 'die', after: moment === 'after', on: ['write'], skip }, async () => {
      expect(await placeAll(working.place)).toEqual({ deaths: 0 });
    });
    expect(await run(working.place)).toEqual(orderly);
    expect(await outcome(working.place)).toEqual(undisturbed);
  });
});

/** Does the work while Cosmos DB dies of the fault, once, and comes back. */
async function dying({ cosmos }: WorkingPlace, fault: FaultInput, work: () => Promise<void>): Promise<void> {
  if (cosmos === undefined) throw new Error('the documents are in the place itself');
  await cosmos.setFaults([fault]);
  let isDead = false;
  const back = cosmos.died().then(() => {
    isDead = true;
    return cosmos.restart();
  });
  await work();
  expect(isDead, 'Cosmos DB died').toBe(true);
  await back;
}
