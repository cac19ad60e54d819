import { UnusableModelState } from './errors.ts';
import type { Generation } from './generation.ts';
import { learntBy } from './learn.ts';
import { Prequel } from './prequential.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/** So much is done before others may have their turn: a few milliseconds each. */
const [rowsAtOnce, solvesAtOnce] = [2_048, 64];

/** What a model becomes, and what has changed with that. */
export interface Adopted {
  readonly state: ModelState;
  readonly learnt: Learnt;
}

export interface Numbered {
  readonly generation: number;
  readonly number?: number;
  /** Those of the parts, 0 for one that is not named; where absent, all go on from `number`. */
  readonly partNumbers?: Readonly<Record<string, number>> | undefined;
}

/**
 * A state of the same facts with a generation's vectors in place of all others, and the settings they belong to. Rows that
 * the training could not know as they are now, because they were touched since or are new, are solved against its vectors,
 * items before users; ids that the model does not know any more are passed over. Yields between slices of the work, in
 * which the model may be read, but not changed, and has to stay the live one (`isLive`). Left early, it leaves the model as it was. Another table of weights
 * changes the facts themselves: then all is one slice.
 * @throws {UnusableModelState} before anything changes
 */
export function* adopting(
  state: ModelState,
  generation: Generation,
  as: Numbered,
  isLive: () => boolean,
): Generator<undefined, Adopted> {
  checkShape(generation);
  const next = state.successor(generation.settings);
  let isDone = false;
  try {
    const isWhole = reweighed(next);
    const steps = adopted(next, generation, as);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) if (!isWhole) yield* turn(isLive);
    next.pairs.serve(next);
    isDone = true;
    return { state: next, learnt: step.value };
  } finally {
    if (!isDone) {
      state.pairs.serve(state);
      next[Symbol.dispose]();
    }
  }
}

function* turn(isLive: () => boolean): Generator<undefined, void> {
  yield;
  if (!isLive())
    throw new Error(
      'The model has learnt while a generation was being adopted: adopt it in one go, or learn afterwards',
    );
}

/** Whether the facts are of another table of weights now. */
function reweighed(next: ModelState): boolean {
  const { pairs, settings } = next;
  if (pairs.isOf(settings.weights)) return false;
  pairs.serve(next);
  pairs.reweigh(settings.weights, next.time);
  return true;
}

function* adopted(next: ModelState, generation: Generation, as: Numbered): Generator<undefined, Learnt> {
  const { users, items } = next;
  const behind = { users: yield* place(next, users, generation), items: yield* place(next, items, generation) };
  let saturations = 0;
  for (const side of [items, users]) {
    const touched = [...side.ids.rows()].filter(
      row => behind[side.name].has(row) || side.touchedAt.get(row) >= generation.base,
    );
    for (let at = 0; at < touched.length; at += solvesAtOnce) {
      saturations += next.solve(side, touched.slice(at, at + solvesAtOnce));
      yield;
    }
  }
  next.cold.placeAll();
  for (const side of [users, items]) yield* side.digests.inSlices(rowsAtOnce);
  next.generation = as.generation;
  next.number = as.number ?? 0;
  next.versionDirty = true;
  return learntBy(next, { events: 0, prequential: new Prequel(next).figures, saturations });
}

/** Puts the vectors of known ids into their rows; answers the rows of which the generation knows nothing. */
function* place(next: ModelState, side: Side, generation: Generation): Generator<undefined, Set<number>> {
  const { ids, factors, starFactors } = generation[side.name];
  const [k, starWidth] = [side.vectors.width, side.starVectors.width];
  const known = new Uint8Array(side.ids.end);
  for (const [at, id] of ids.entries()) {
    if (at % rowsAtOnce === rowsAtOnce - 1) yield;
    const row = side.ids.rowOf(id);
    if (row === undefined) continue;
    side.vectors.set(row, factors.subarray(at * k, (at + 1) * k));
    side.starVectors.set(row, starFactors.subarray(at * starWidth, (at + 1) * starWidth));
    known[row] = 1;
  }
  yield;
  const behind = new Set<number>();
  for (const row of side.ids.rows()) {
    if (side === next.items && next.cold.isCold(row)) side.placeCold(row, new Int16Array(side.vectors.width));
    else if (known[row] === 0) {
      behind.add(row);
      side.begin(row);
    }
    side.mark(row);
  }
  side.sumGram();
  yield;
  return behind;
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
