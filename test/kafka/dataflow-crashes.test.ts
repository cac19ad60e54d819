/** The recommender itself, killed on a real broker: windows, vectors and lists are those of a run without a death. */
import { beforeAll, describe, expect, test } from 'vitest';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { topologies } from '../../topologies/index.ts';
import * as streams from '../../topologies/streams.ts';
import { Ordeal } from '../support/kafka/ordeal.ts';
import { noBroker } from '../support/kafka/suite.ts';
import { ratings, recommendedAs } from '../support/kill-recommender.ts';
import { Random } from '../support/random.ts';

const deadline_ms = 300_000;
/** Where a plan or what it makes has been written, and nothing that follows. */
const points = ['flush:before', 'flush:after', 'checkpoint:after'];

describe.skipIf(noBroker)('on Kafka, the recommender', () => {
  let calm: Awaited<ReturnType<typeof outcome>>;

  beforeAll(async () => {
    await using ordeal = await begin();
    await ordeal.drain();
    calm = await outcome(ordeal);
  });

  test('undisturbed, has lists to compare with', () => {
    expect(calm.versions).toBe(1);
    expect(Object.keys(calm.lists).length).toBeGreaterThan(5);
  });

  test.each(['train', 'recommend'])('killed in epochs of %s, ends as if it had not been', async topology => {
    await using ordeal = await begin();
    for (const point of points) await ordeal.die(`${topology}.${point}:2`);
    await ordeal.drain();
    expect(await outcome(ordeal)).toEqual(calm);
  });
});

/** The same events in the same order. */
async function begin(): Promise<Ordeal> {
  const ordeal = await Ordeal.begin('../../../topologies/index.ts', topologies, deadline_ms);
  const sent = ratings(400, new Random(5)).map(rating => recordOf(streams.ratings, rating));
  await appendFromOutside(ordeal.ports.transport, streams.ratings.name, sent, Date.now());
  return ordeal;
}

const outcome = (ordeal: Ordeal) => recommendedAs(stream => ordeal.read(stream), ordeal.ports.documents);
