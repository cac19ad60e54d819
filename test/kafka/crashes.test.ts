/** Processes killed on a real broker: what they have written is counted by a consumer that is not Millrace. */
import { describe, expect, test } from 'vitest';
import { steps } from '../../src/engine/epoch.ts';
import { heatDemanded, heatWritten } from '../support/heat-outcome.ts';
import { Ordeal } from '../support/kafka/ordeal.ts';
import { noBroker } from '../support/kafka/suite.ts';
import { type SentEvent, Traffic } from '../support/kill-traffic.ts';
import { Random } from '../support/random.ts';
import { topologies } from '../support/site-heat.ts';

const deadline_ms = 300_000;
const kills = 12;
const seed = Number(process.env['MILLRACE_SEED'] ?? 1);
const begin = (): Promise<Ordeal> => Ordeal.begin('../site-heat.ts', topologies, deadline_ms);

/** The first number: passes in about two epochs of each task, before which there is no checkpoint to fall back to. */
describe.skipIf(noBroker).concurrent('on Kafka, processes killed', () => {
  test.each(topologies.flatMap(({ name }) => steps.map(step => [step.name, name] as const)))(
    'before and after the step %s of %s, and in the recovery',
    async (step, topology) => {
      await using ordeal = await begin();
      const sent = await backlog(ordeal);
      for (const end of ['before:4', 'before:1', 'after:3', 'after:1']) await ordeal.die(`${topology}.${step}:${end}`);
      await ordeal.drain();
      expect(await written(ordeal)).toEqual(heatDemanded(sent));
    },
  );

  test.each([
    ['between the documents of two keys', 'nextDocument:before', 20],
    ['between the documents and the records', 'append:before', 8],
    ['while an append is on its way', 'append:amid', 12],
    ['between the records of two partitions', 'nextAppend:before', 12],
    ['once the records are there', 'append:after', 8],
    ['in the transaction of a checkpoint', 'stateChange:after', 20],
    ['before they have taken over all of their tasks', 'takeFence:before', 3],
    ['before they replace the plan of a record that fails', 'journalAmend:before', 2],
    ['once they have replaced the plan of a record that fails', 'journalAmend:after', 2],
    ['before they commit offsets for lag tools', 'commit:before', 2],
  ])('%s, and in the recovery', async (_, point, passes) => {
    await using ordeal = await begin();
    const sent = await backlog(ordeal);
    for (const count of [passes, 1]) await ordeal.die(`${point}:${count}`);
    await ordeal.drain();
    expect(await written(ordeal)).toEqual(heatDemanded(sent));
  });
});

test.skipIf(noBroker)(
  `on Kafka, processes killed ${kills} times at random moments lose nothing and double nothing (MILLRACE_SEED=${seed})`,
  async () => {
    await using ordeal = await begin();
    const random = new Random(seed);
    const traffic = new Traffic(ordeal.ports.transport, random);
    for (let kill = 0; kill < kills; kill++) {
      await traffic.send(random.between(20, 80));
      await ordeal.killedAfter(random.between(1, 150));
      if (random.chance(0.3)) ordeal.loseState();
    }
    await ordeal.drain();
    expect(await written(ordeal)).toEqual(heatDemanded(traffic.sent));
  },
);

/** Many epochs for every task. */
async function backlog(ordeal: Ordeal): Promise<readonly SentEvent[]> {
  const traffic = new Traffic(ordeal.ports.transport, new Random(5));
  await traffic.send(300);
  return traffic.sent;
}

const written = (ordeal: Ordeal) => heatWritten(stream => ordeal.read(stream), ordeal.ports.documents);
