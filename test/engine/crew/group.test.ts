/** What a group has its desks do. */
import { expect, test } from 'vitest';
import { Group } from '../../../src/engine/crew/group.ts';
import { shop } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

test('a task that another worker has taken over is not run again before the next assignment', async () => {
  const { graph } = await World.of(shop, { partitions: 2 });
  const [topology] = graph.topologies;
  if (topology === undefined) throw new Error('no topology');
  const group = new Group(topology, 0, 'release');
  const roles = () => group.desks.map(({ role }) => role);
  const assignment = { run: [0, 1], standby: [], refused: null, waits: null, heldBack: false, awaited: false };
  group.assign(assignment);
  const [lost] = group.desks;
  if (lost === undefined) throw new Error('no desk');
  const { given } = lost;
  group.lose(lost);
  expect([roles(), given.aborted]).toEqual([['none', 'run'], true]);
  group.look(); // another group of the process has met
  expect(roles()).toEqual(['none', 'run']);
  group.assign(assignment);
  expect(roles()).toEqual(['run', 'run']);
});
