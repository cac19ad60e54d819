import { UnusableModelState } from './errors.ts';
import type { Generation, SideVectors } from './generation.ts';
import { learntBy } from './learn.ts';
import { Prequel } from './prequential.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/**
 * Puts a generation in place of the live one: all vectors and the settings they belong to. Rows that the training could
 * not know as they are now, because they were touched since or are new, are solved against its vectors, items before
 * users; ids that the model does not know any more are passed over.
 */
export function adopt(
  state: ModelState,
  generation: Generation,
  { generation: named, number = 0 }: { readonly generation: number; readonly number?: number },
): Learnt {
  checkShape(generation);
  state.reshape(generation.settings);
  const unknown = { users: new Set<number>(), items: new Set<number>() };
  for (const name of ['users', 'items'] as const) {
    const side = state[name];
    const behind = place(side, generation[name]);
    unknown[name] = behind;
    for (const row of side.ids.rows()) {
      if (side === state.items && state.cold.isCold(row)) {
        side.placeCold(row, new Int16Array(side.vectors.width));
        behind.delete(row);
      } else if (behind.has(row)) side.begin(row);
      side.mark(row);
    }
    side.sumGram();
  }
  const touched = (side: Side): number[] =>
    [...side.ids.rows()].filter(row => unknown[side.name].has(row) || side.touchedAt.get(row) >= generation.base);
  const saturations = state.solve(state.items, touched(state.items)) + state.solve(state.users, touched(state.users));
  state.cold.placeAll();
  state.generation = named;
  state.number = number;
  state.versionDirty = true;
  return learntBy(state, { events: 0, prequential: new Prequel(state).figures, saturations });
}

/** Puts the vectors of known ids into their rows; answers the rows of which the generation knows nothing. */
function place(side: Side, { ids, factors, starFactors }: SideVectors): Set<number> {
  const unknown = new Set(side.ids.rows());
  const [k, starWidth] = [side.vectors.width, side.starVectors.width];
  for (const [at, id] of ids.entries()) {
    const row = side.ids.rowOf(id);
    if (row === undefined) continue;
    side.vectors.set(row, factors.subarray(at * k, (at + 1) * k));
    side.starVectors.set(row, starFactors.subarray(at * starWidth, (at + 1) * starWidth));
    unknown.delete(row);
  }
  return unknown;
}

/** @throws {UnusableModelState} before anything is changed */
function checkShape({ users, items, settings }: Generation): void {
  for (const { ids, factors, starFactors } of [users, items])
    if (
      factors.length !== ids.length * settings.factors ||
      starFactors.length !== ids.length * (settings.explicit.factors + 1)
    )
      throw new UnusableModelState(
        `A generation has ${factors.length} factors and ${starFactors.length} star factors for ${ids.length} ids`,
        `Its settings ask for ${settings.factors} and ${settings.explicit.factors + 1} for each`,
      );
}
