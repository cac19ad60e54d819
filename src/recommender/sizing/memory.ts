/** Memory of the processes, their disks, and what the snapshots take. */
import type { Figure, Plane } from './figure.ts';
import { valueOf } from './figure.ts';
import type { Settled } from './load.ts';
import { measured } from './measured.ts';

/** More than was measured: other ids, other skews, a heap that is collected later. */
const memorySafety = 1.3;
/** Room for a vacuum, a write-ahead log, and a backlog. */
const diskSafety = 2;
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
  const things = thingsOf(shop);
  const served = thingsOf({
    ...shop,
    users: Math.min(shop.users, mostServed),
    items: Math.min(shop.items, mostServed),
  });
  const model = shop.ratings * measured.rating_bytes.value;
  const tenants = (shop.tenants - 1) * measured.tenant.value;
  const of = (plane: Plane, at = things): number => valueOf(plane, at);
  return [
    figure('engineMemory', 'engine', 'memory of a process that learns, its request', of(measured.engine) + tenants, {
      from: measured.engine.from + (shop.tenants > 1 ? `; ${measured.tenant.from}` : ''),
      safety: memorySafety,
    }),
    figure(
      'engineMemoryLimit',
      'engine',
      'its limit: two models more for the shadow, or for an experiment, and the epochs of a backlog',
      of(measured.engine) + tenants + 2 * model + budget_bytes / memorySafety,
      { from: `${measured.engine.from}; ${measured.rating_bytes.from}; limits.budgetBytes`, safety: memorySafety },
    ),
    figure('serverMemory', 'server', 'memory of a process that serves, its request', of(measured.server, served), {
      from: `${measured.server.from}; serving.mostItems, serving.mostUsers`,
      safety: memorySafety,
    }),
    figure('engineDisk', 'engine', 'disk of a process that learns: its checkpoints', of(measured.state), {
      from: measured.state.from,
      safety: diskSafety,
    }),
    figure(
      'snapshotBytes',
      'snapshots',
      `snapshots of all tasks (${snapshotsKept} each) and ${generations} generations`,
      snapshotsKept * of(measured.snapshots) + generations * of(measured.modelCheckpoint),
      { from: `${measured.snapshots.from}; ${measured.modelCheckpoint.from}`, safety: diskSafety },
    ),
    figure(
      'restore_s',
      'engine',
      'seconds of a processor to go on from the checkpoint, the start of the process included',
      of(measured.again_s),
      {
        from: measured.again_s.from,
        safety: memorySafety,
        unit: 's',
      },
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
