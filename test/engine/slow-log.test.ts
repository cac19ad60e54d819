/** A log that takes its time: whoever runs until it has caught up must come to an end all the same. */
import { expect, test } from 'vitest';
import { readings } from '../../examples/sensor-counts.ts';
import { seconds } from '../../src/index.ts';
import { Engine } from '../../src/engine/engine.ts';
import { type Around, aroundTransport } from '../support/ports.ts';
import { heats, topologies } from '../support/site-heat.ts';
import { World } from '../support/world.ts';

test('ends though markers of idle event time are due anew whenever all tasks have had their turn', async () => {
  let appends = 0;
  const world = await World.of(topologies, { partitions: 2 });
  const slow: Around = (call, work) => {
    world.clock.time += seconds(0.4);
    if (call === 'append' && ++appends > 500) stop.abort();
    return work();
  };
  const stop = new AbortController();
  const sent = Array.from({ length: 40 }, (_, id) => ({
    id,
    sensor: `ulm/${id % 4}`,
    celsius: id,
    at: 1_000_000 + id,
  }));
  await world.send(readings, ...sent);
  const { documents, store, registry, clock } = world;
  const ports = { transport: aroundTransport(world.transport, slow), documents, store, registry, clock };
  const engine = await Engine.open({ topologies, ...ports, maxRecords: 7, budgetBytes: 1 << 20 });
  await engine.runUntilCaughtUp(stop.signal);
  expect(stop.signal.aborted).toBe(false);
  expect(await world.output(heats)).not.toEqual([]);
});
