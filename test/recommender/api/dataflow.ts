/** The whole recommender over 2 partitions, and a server on what its topologies write. */
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { logSource } from '../../../src/app/live.ts';
import { createServer, type ServerOptions } from '../../../src/recommender/api/server.ts';
import { defaultLearner } from '../../../src/recommender/domain/learner.ts';
import { defaultLists, type ListSettings } from '../../../src/recommender/domain/lists.ts';
import { catalogue } from '../../../topologies/catalogue.ts';
import { intake } from '../../../topologies/intake.ts';
import { leaders } from '../../../topologies/leaders.ts';
import { recommendWith } from '../../../topologies/recommend.ts';
import { trainWith } from '../../../topologies/train.ts';
import { trends } from '../../../topologies/trends.ts';
import { World, type WorldOptions } from '../../support/world.ts';
import { start } from '../../topologies/events.ts';

const train = trainWith({ ...defaultLearner, model: { factors: 8 }, cutEvery: 50 });

interface DataflowOptions extends WorldOptions {
  readonly lists?: ListSettings;
}

export async function dataflow(change: Partial<ServerOptions> = {}, { lists, ...options }: DataflowOptions = {}) {
  const partitions = (topic: string): number => (topic === 'model-versions' ? 1 : 2);
  const world = await World.of([intake, catalogue, trends, leaders, train, recommendWith(lists ?? defaultLists)], {
    partitions,
    ...options,
  });
  world.clock.time = start;
  const { documents, transport, registry, clock } = world;
  const fine = () => ({ ok: true }) as const;
  const server = await createServer({
    documents,
    transport,
    registry,
    clock,
    live: logSource(world),
    metrics: new Registry(),
    newEventId: () => 'drawn',
    listKey: 'of the dataflow',
    health: { startup: fine, live: fine, ready: fine },
    report: error => {
      throw error;
    },
    log: {
      logger: {
        log: (_event, _fields, error) => {
          if (error !== undefined) throw new Error('a request failed', { cause: error });
        },
      },
      share: 0,
    },
    ...change,
  });
  onTestFinished(async () => {
    await server.close();
    await documents.close();
    await transport.close();
  });
  const get = (url: string) => server.app.inject({ method: 'GET', url });
  const json = async <T>(url: string): Promise<T> => (await get(url)).json<T>();
  return { world, server, get, json };
}
