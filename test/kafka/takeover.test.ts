/** Another worker takes over on a real broker, while the first is dead, or only seems to be. */
import { describe, test } from 'vitest';
import { heatDemanded, heatWritten } from '../support/heat-outcome.ts';
import { Ordeal } from '../support/kafka/ordeal.ts';
import { noBroker } from '../support/kafka/suite.ts';
import { killed, orderly } from '../support/kill-child.ts';
import { dying } from '../support/kill-switch.ts';
import { Traffic } from '../support/kill-traffic.ts';
import { Random } from '../support/random.ts';
import { topologies } from '../support/site-heat.ts';

const deadline_ms = 300_000;
const patience = { timeout: deadline_ms };

describe.skipIf(noBroker).concurrent('on Kafka', () => {
  test('another machine takes over from snapshot and journal what a killed worker leaves', async ({ expect }) => {
    await using ordeal = await begin();
    const traffic = new Traffic(ordeal.ports.transport, new Random(6));
    await traffic.send(400);
    const first = ordeal.worker('live');
    await first.said('count-sites/0 checkpoint after', 8);
    first.kill();
    expect(await first.ended).toEqual(killed);
    expect(await ordeal.ports.snapshots.list('count-sites/0/')).not.toEqual([]);
    await traffic.send(100);
    await ordeal.drain();
    expect(await written(ordeal)).toEqual(heatDemanded(traffic.sent));
  });

  // `expect` of the test: polling asks which test it belongs to, and these run side by side.
  test.for(['flush', 'checkpoint'])(
    'a worker that was frozen before its %s changes nothing once it wakes',
    async (step, { expect }) => {
      await using ordeal = await begin();
      const traffic = new Traffic(ordeal.ports.transport, new Random(7));
      await traffic.send(300);
      const zombie = ordeal.worker('live', `count-sites.${step}:before:4:freeze`);
      await zombie.said(dying);
      const successor = ordeal.worker('live');
      successor.lines.resume();
      await traffic.send(100);
      await expect.poll(() => written(ordeal), patience).toEqual(heatDemanded(traffic.sent));

      zombie.thaw();
      const fenced = { code: 1, signal: null, complaint: expect.stringMatching(/Fenced: Task/) };
      expect(await zombie.ended).toMatchObject(fenced);
      expect(await written(ordeal)).toEqual(heatDemanded(traffic.sent));

      await traffic.send(100);
      await expect.poll(() => written(ordeal), patience).toEqual(heatDemanded(traffic.sent));
      successor.stop();
      expect(await successor.ended).toEqual(orderly);
      expect(await written(ordeal)).toEqual(heatDemanded(traffic.sent));
    },
  );
});

const begin = (): Promise<Ordeal> => Ordeal.begin('../site-heat.ts', topologies, deadline_ms);

const written = (ordeal: Ordeal) => heatWritten(stream => ordeal.read(stream), ordeal.ports.documents);
