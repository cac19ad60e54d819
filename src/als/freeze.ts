import { fold } from './fold.ts';
import type { SideVectors, TrainingInput } from './generation.ts';
import type { ModelSettings } from './settings.ts';
import { codeOf, preferenceIn, silentCode, starsIn, weightIn } from './share-code.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/** Copies what a training with these settings needs: the weights are those of their table, at the time of the newest event. */
export function freeze(state: ModelState, settings: ModelSettings): TrainingInput {
  const { users, items, pairs } = state;
  const itemRows = [...items.ids.rows()].filter(row => !state.cold.isCold(row));
  const userRows = [...users.ids.rows()];
  return {
    settings,
    base: state.base,
    live: { settings: state.settings, users: vectorsOf(users, userRows), items: vectorsOf(items, itemRows) },
    ...pairsOf(state, settings, { userRows, itemRows }),
    meanStars: pairs.meanStars,
  };
}

type Rows = { readonly userRows: readonly number[]; readonly itemRows: readonly number[] };
type FrozenPairs = Pick<TrainingInput, 'starts' | 'items' | 'confidences' | 'preferences' | 'stars'>;

function pairsOf(state: ModelState, settings: ModelSettings, { userRows, itemRows }: Rows): FrozenPairs {
  const { users, items } = state;
  const place = new Int32Array(items.ids.end).fill(noPlace);
  for (const [at, row] of itemRows.entries()) place[row] = at;
  const starts = new Int32Array(userRows.length + 1);
  for (const [at, row] of userRows.entries()) starts[at + 1] = (starts[at] ?? 0) + users.pairs.count(row);
  const size = starts.at(-1) ?? 0;
  const frozen = {
    starts,
    items: new Int32Array(size),
    confidences: new Uint16Array(size),
    preferences: new Uint8Array(size),
    stars: new Int16Array(size),
  };
  const codesOf = coding(state, settings);
  for (const [n, row] of userRows.entries())
    copyRow(frozen, starts[n] ?? 0, { places: place, neighbours: users.pairs.neighboursOf(row), codes: codesOf(row) });
  return frozen;
}

const noPlace = -1;

interface CodedRow {
  /** Of each item row its place in the training; none for items that stand at the mean of their groups. */
  readonly places: Int32Array;
  readonly neighbours: Int32Array;
  readonly codes: Int32Array;
}

/** What is told of an item that is not trained says nothing. */
function copyRow(to: FrozenPairs, start: number, { places, neighbours, codes }: CodedRow): void {
  const { items, confidences, preferences, stars } = to;
  for (let n = 0, at = start; n < codes.length; n++, at++) {
    const place = places[neighbours[n] ?? 0] ?? noPlace;
    const code = place === noPlace ? silentCode : (codes[n] ?? silentCode);
    items[at] = Math.max(0, place);
    confidences[at] = weightIn(code);
    preferences[at] = preferenceIn(code);
    stars[at] = starsIn(code);
  }
}

/** Of another table of weights the pairs of a row are folded anew. */
function coding(state: ModelState, settings: ModelSettings): (row: number) => Int32Array {
  const { users, pairs, time } = state;
  if (JSON.stringify(settings.weights) === JSON.stringify(state.settings.weights))
    return row => users.pairs.codesOf(row);
  return row =>
    users.pairs.of(row).map(pair => {
      const { confidence, preference } = fold(settings.weights, pairs.facts(pair), time);
      return codeOf(confidence, preference, pairs.starsOf(pair));
    });
}

function vectorsOf(side: Side, rows: readonly number[]): SideVectors {
  return {
    ids: rows.map(row => side.idOf(row)),
    factors: side.vectors.copyOf(rows),
    starFactors: side.starVectors.copyOf(rows),
    events: Int32Array.from(rows, row => side.events.get(row)),
  };
}
