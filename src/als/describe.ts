import type { Description } from './groups.ts';
import { learntBy } from './learn.ts';
import { Prequel } from './prequential.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/** Takes what is said of items; a new one begins at the mean of its groups. A version of its own if that moved a vector. */
export function describe(state: ModelState, descriptions: Iterable<Description>): Learnt {
  const { items, groups, cold } = state;
  const told: number[] = [];
  const due = new Set<number>();
  for (const { itemId, groups: given } of descriptions) {
    const isNew = items.ids.rowOf(itemId) === undefined;
    if (isNew && given.length === 0) continue;
    const row = items.add(itemId);
    if (isNew) items.placeCold(row, new Int16Array(items.vectors.width));
    if (groups.set(row, given)) told.push(row);
  }
  for (const row of cold.settle(told)) due.add(row);
  cold.place(due);
  if (items.changed.size > 0) state.number++;
  if (told.length > 0) state.versionDirty = true;
  return learntBy(state, { events: 0, prequential: new Prequel(state).figures, saturations: 0 });
}
