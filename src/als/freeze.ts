import { fold } from './fold.ts';
import type { SideVectors, TrainingInput } from './generation.ts';
import type { ModelSettings } from './settings.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';

/** Copies what a training with these settings needs: the weights are those of their table, at the time of the newest event. */
export function freeze(state: ModelState, settings: ModelSettings): TrainingInput {
  const { users, items, pairs } = state;
  const itemRows = [...items.ids.rows()].filter(row => !items.cold.has(row));
  const place = new Int32Array(items.ids.end);
  for (const [at, row] of itemRows.entries()) place[row] = at;
  const userRows = [...users.ids.rows()];
  const starts = new Int32Array(userRows.length + 1);
  for (const [at, row] of userRows.entries()) starts[at + 1] = (starts[at] ?? 0) + users.pairs.count(row);
  const size = starts.at(-1) ?? 0;
  const input = {
    items: new Int32Array(size),
    confidences: new Uint16Array(size),
    preferences: new Uint8Array(size),
    stars: new Int16Array(size),
  };
  const weightOf = weights(state, settings);
  for (const [n, row] of userRows.entries()) {
    let at = starts[n] ?? 0;
    for (const pair of users.pairs.of(row)) {
      const { confidence, preference } = weightOf(pair);
      input.items[at] = place[pairs.itemOf(pair)] ?? 0;
      input.confidences[at] = confidence;
      input.preferences[at] = preference;
      input.stars[at] = pairs.starsOf(pair);
      at++;
    }
  }
  return {
    settings,
    base: state.base,
    live: { settings: state.settings, users: vectorsOf(users, userRows), items: vectorsOf(items, itemRows) },
    starts,
    ...input,
    meanStars: pairs.meanStars,
  };
}

/** Of another table of weights the pairs are folded anew. */
function weights(state: ModelState, settings: ModelSettings) {
  const { pairs, time } = state;
  if (JSON.stringify(settings.weights) !== JSON.stringify(state.settings.weights))
    return (pair: number) => fold(settings.weights, pairs.facts(pair), time);
  return (pair: number) => ({
    confidence: pairs.weightOf(pair),
    preference: pairs.preferenceOf(pair),
  });
}

function vectorsOf(side: Side, rows: readonly number[]): SideVectors {
  const [k, starWidth] = [side.vectors.width, side.starVectors.width];
  const factors = new Int16Array(rows.length * k);
  const starFactors = new Int16Array(rows.length * starWidth);
  for (const [at, row] of rows.entries()) {
    factors.set(side.vectors.row(row), at * k);
    starFactors.set(side.starVectors.row(row), at * starWidth);
  }
  const ids = rows.map(row => side.idOf(row));
  return { ids, factors, starFactors, events: Int32Array.from(rows, row => side.events.get(row)) };
}
