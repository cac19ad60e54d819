/** Memory of the processes, their disks, and what the snapshots take. */
import { type Figure, valueOf } from './figure.ts';
import type { Settled } from './load.ts';
import { measured } from './measured.ts';

/** More than was measured: other ids, other skews, a heap that is collected later. */
const memorySafety = 1.3;
/** Room for a vacuum, a write-ahead log, and a backlog. */
const diskSafety = 2;
/**
 * So long the intake knows the id of an event (topologies/intake.ts), and until it is removed a third longer; the shops
 * that were measured had a minute between two.
 */
const idsFor_s = (86_400 * 4) / 3;
/** `limits.budgetBytes`: epochs of all tasks; the measured ones came nowhere near. */
const budget_bytes = 256 * 2 ** 20;
/** Generations whose files are kept, and snapshots of each task. */
const [generations, snapshotsKept] = [5, 2];
/** `serving.mostItems` and `serving.mostUsers`. */
const mostServed = 500_000;

const thingsOf = ({ users, items, ratings, factors }: Settled) => ({
  users,
  items,
  ratings,
  values: (users + items) * factors,
});

export function memoryFigures(shop: Settled): Figure[] {
  return [...engineMemory(shop), serverMemory(shop), ...kept(shop)];
}

function engineMemory(shop: Settled): Figure[] {
  const { engine, tenant, rating_bytes } = measured;
  const resident = valueOf(engine, thingsOf(shop)) + (shop.tenants - 1) * tenant.value;
  const copies = 2 * shop.ratings * rating_bytes.value;
  return [
    figure('engineMemory', 'engine', 'memory of a process that learns, its request', resident, {
      from: engine.from + (shop.tenants > 1 ? `; ${tenant.from}` : ''),
      safety: memorySafety,
    }),
    figure(
      'engineMemoryLimit',
      'engine',
      'its limit: two models more for the shadow, or for an experiment, and the epochs of a backlog',
      resident + copies + budget_bytes / memorySafety,
      { from: `${engine.from}; ${rating_bytes.from}; limits.budgetBytes`, safety: memorySafety },
    ),
  ];
}

function serverMemory(shop: Settled): Figure {
  const [users, items] = [Math.min(shop.users, mostServed), Math.min(shop.items, mostServed)];
  const resident = valueOf(measured.server, thingsOf({ ...shop, users, items }));
  return figure('serverMemory', 'server', 'memory of a process that serves, its request', resident, {
    from: `${measured.server.from}; serving.mostItems, serving.mostUsers`,
    safety: memorySafety,
  });
}

function kept(shop: Settled): Figure[] {
  const things = thingsOf(shop);
  const { state, snapshots, modelCheckpoint, again_s, event_bytes } = measured;
  const known = (shop.ratingsPerSecond + shop.ordersPerSecond) * idsFor_s * event_bytes.value;
  return [
    figure('engineDisk', 'engine', 'disk of a process that learns: its checkpoints', valueOf(state, things) + known, {
      from: `${state.from}; ${event_bytes.from}`,
      safety: diskSafety,
    }),
    figure(
      'snapshotBytes',
      'snapshots',
      `snapshots of all tasks (${snapshotsKept} each) and ${generations} generations`,
      snapshotsKept * (valueOf(snapshots, things) + known) + generations * valueOf(modelCheckpoint, things),
      { from: `${snapshots.from}; ${event_bytes.from}; ${modelCheckpoint.from}`, safety: diskSafety },
    ),
    figure(
      'restore_s',
      'engine',
      'seconds of a processor to go on from the checkpoint, the start of the process included',
      valueOf(again_s, things),
      { from: again_s.from, safety: memorySafety, unit: 's' },
    ),
  ];
}

function figure(
  name: string,
  part: Figure['part'],
  what: string,
  value: number,
  { from, safety, unit = 'bytes' }: { readonly from: string; readonly safety: number; readonly unit?: string },
): Figure {
  return { name, part, what, value: value * safety, unit, from, safety };
}
