import { learntBy } from './learn.ts';
import { Prequel } from './prequential.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/**
 * A generation: all vectors back to their first values, then whole sweeps of exact solves, items before users, so that
 * the users' vectors fit the items' to the end. Depends on histories, settings and seed alone, never on what was before.
 */
export function train(state: ModelState, sweeps: number): Learnt {
  if (!Number.isInteger(sweeps) || sweeps < 1) throw new RangeError(`A generation cannot have ${sweeps} sweeps`);
  let saturations = 0;
  state.users.beginAll();
  state.items.beginAll();
  for (let sweep = 0; sweep < sweeps; sweep++)
    saturations = state.solve(state.items, rowsOf(state.items)) + state.solve(state.users, rowsOf(state.users));
  for (const side of [state.users, state.items]) {
    side.staleness.clear();
    for (const row of rowsOf(side)) side.dirty.add(row);
  }
  state.generation++;
  state.number = 0;
  state.versionDirty = true;
  return learntBy(state, { events: 0, prequential: new Prequel(state).figures, saturations });
}

const rowsOf = (side: Side): number[] => Array.from({ length: side.size }, (_, row) => row);
