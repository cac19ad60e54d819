import { expect, test } from 'vitest';
import type { Seat } from '../../src/engine/membership.ts';
import { Graph } from '../../src/engine/graph.ts';
import { namespaceMembership } from '../../src/replay/membership.ts';
import { namespaceOf } from '../support/namespace.ts';
import { shop } from '../support/shop.ts';

test('the workers of a namespace meet in groups of their own, over its own topics', () => {
  const graph = new Graph(shop, new Map([...Graph.streamsOf(shop)].map(topic => [topic, 2])));
  const joined: Pick<Seat, 'topology'>[] = [];
  const member = { meet: () => {}, lost: () => {}, leave: async () => {} };
  const membership = namespaceMembership(
    { join: seat => (joined.push(seat), member) },
    namespaceOf({ topologies: ['intake', 'tally'], topics: [{ topic: 'orders-by-item', partitions: 2 }] }),
  );
  for (const topology of graph.topologies)
    membership.join({
      topology,
      formerMember: undefined,
      joined: () => {},
      claims: () => {
        throw new Error('nobody asks');
      },
      assigned: () => {},
      failed: () => {},
      joining: () => {},
    });
  expect(joined.map(({ topology: { name, reads } }) => [name, ...reads.map(({ stream }) => stream)])).toEqual([
    ['b.intake', 'orders'],
    ['b.tally', 'b.orders-by-item'],
    ['stock', 'sales'],
  ]);
});
