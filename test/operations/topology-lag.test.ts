/** How far topologies are behind, whoever runs them. */
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { registerTopologyLag, topologyLagsOf } from '../../src/operations/topology-lag.ts';
import { intake } from '../../topologies/intake.ts';
import { recommend } from '../../topologies/recommend.ts';
import { ratings } from '../../topologies/streams.ts';
import { rating, start } from '../topologies/events.ts';
import { World } from '../support/world.ts';

async function worldOf(): Promise<World> {
  const world = await World.of([intake, recommend], { partitions: 2 });
  onTestFinished(async () => {
    await world.documents.close();
    await world.transport.close();
  });
  world.clock.time = start;
  return world;
}

const lagsIn = ({ graph, transport }: World, tasks: Parameters<typeof topologyLagsOf>[0]['tasks']) =>
  topologyLagsOf({ graph, transport, tasks });

test('a topology that nobody runs is behind by all there is; what is clocked by another input is not counted', async () => {
  const world = await worldOf();
  await world.send(ratings, ...['a', 'b', 'c'].map(eventId => rating({ eventId, time: start })));
  expect(await lagsIn(world, [])).toEqual([
    { topology: 'intake', behind: 3 },
    { topology: 'recommend', behind: 0 },
  ]);
});

test('a process knows better where its own tasks stand than the offsets that are committed', async () => {
  const world = await worldOf();
  const events = ['a', 'b', 'c'].map(eventId => rating({ eventId, userId: 'u', time: start }));
  await world.send(ratings, ...events);
  const partition = (await world.transport.bounds({ topic: 'ratings', partition: 0 })).end > 0 ? 0 : 1;
  const positions = [{ topic: 'ratings', partition, offset: 2 }];
  const [lag] = await lagsIn(world, [{ task: `intake/${partition}`, positions }]);
  expect(lag).toEqual({ topology: 'intake', behind: 1 });
});

test('a log that is away has no end to be behind of', async () => {
  const registry = new Registry();
  registerTopologyLag(registry, () => Promise.reject(new Unavailable('the log is away', 'wait')));
  expect(await registry.getMetricsAsJSON()).toMatchObject([{ name: 'millrace_topology_lag_records', values: [] }]);
});
