import { adopting, type Adopted, type Numbered } from './adopt.ts';
import type { Generation } from './generation.ts';
import { onePart, type PartOf, type Parts } from './parts.ts';
import { noVectors, rowsOf, widthsOf } from './side-vectors.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

export type { Numbered } from './adopt.ts';

/** Ids that are looked at before others may have their turn: a few milliseconds. */
const idsAtOnce = 1 << 15;

export interface AdoptedParts {
  readonly parts: Parts;
  readonly learnt: readonly Learnt[];
}

/** `adopting` for each part with its own vectors of the generation: all of them, or none. */
export function* adoptingParts(
  parts: Parts,
  generation: Generation,
  as: Numbered,
  isLive: () => boolean,
): Generator<undefined, AdoptedParts> {
  const own = yield* splitGeneration(generation, parts.partOf);
  const adopted = new Map<ModelState, Adopted>();
  let isDone = false;
  try {
    for (const [part, state] of parts.all) {
      const number = as.partNumbers === undefined ? as.number : (as.partNumbers[part] ?? 0);
      const numbered = { generation: as.generation, ...(number !== undefined && { number }) };
      adopted.set(state, yield* adopting(state, own.get(part) ?? emptied(generation), numbered, isLive));
    }
    isDone = true;
  } finally {
    if (!isDone) for (const [state, { state: next }] of adopted) giveUp(state, next);
  }
  return {
    parts: parts.map(state => adopted.get(state)?.state ?? state),
    learnt: [...adopted.values()].map(({ learnt }) => learnt),
  };
}

function giveUp(state: ModelState, next: ModelState): void {
  state.pairs.serve(state);
  next[Symbol.dispose]();
}

/** The vectors of each part, in slices; of a generation of one part nothing is copied. */
function* splitGeneration(
  generation: Generation,
  partOf: PartOf,
): Generator<undefined, ReadonlyMap<string, Generation>> {
  if (partOf === onePart) return new Map([['', generation]]);
  const { users, items, settings } = generation;
  const byUser = yield* rowsByPart(users.ids, partOf);
  const byItem = yield* rowsByPart(items.ids, partOf);
  const names = new Set([...byUser.keys(), ...byItem.keys()]);
  const [only = ''] = names;
  if (names.size <= 1) return new Map([[only, generation]]);
  const widths = widthsOf(settings);
  const split = new Map<string, Generation>();
  for (const name of names) {
    split.set(name, {
      ...generation,
      users: rowsOf(users, byUser.get(name) ?? [], widths),
      items: rowsOf(items, byItem.get(name) ?? [], widths),
    });
    yield;
  }
  return split;
}

function* rowsByPart(ids: readonly string[], partOf: PartOf): Generator<undefined, Map<string, number[]>> {
  const rows = new Map<string, number[]>();
  for (const [row, id] of ids.entries()) {
    if (row % idsAtOnce === idsAtOnce - 1) yield;
    const part = partOf(id);
    const own = rows.get(part);
    if (own === undefined) rows.set(part, [row]);
    else own.push(row);
  }
  return rows;
}

/** Of a part that has come since: all its rows are solved anew. */
const emptied = (generation: Generation): Generation => ({ ...generation, users: noVectors(), items: noVectors() });
