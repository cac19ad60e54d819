/** What a training needs of several parts, in the same plain arrays: part after part, and where each ends. */
import { freeze } from './freeze.ts';
import type { SideVectors, TrainingInput, TrainingPart } from './generation.ts';
import { sumOf } from './learn-parts.ts';
import type { Parts } from './parts.ts';
import { roundHalfEven } from './rounding.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { concatenated, joinedSides } from './side-vectors.ts';
import type { ModelState } from './state.ts';

/**
 * With the settings that are configured, but with an exponent less than the live generation's on a side whose factors have
 * met the end of its grid in any part, and with those that are given in their place.
 */
export function freezeParts(parts: Parts, configured: ModelSettings, given: Partial<ModelSettings>): TrainingInput {
  const live = parts.first.settings.gridExponent;
  const exponent = (side: 'users' | 'items'): number =>
    sumOf([...parts.states], ({ saturated }) => saturated[side]) === 0
      ? configured.gridExponent[side]
      : Math.min(configured.gridExponent[side], Math.max(4, live[side] - 1));
  const gridExponent = { users: exponent('users'), items: exponent('items') };
  return frozen(parts, modelSettings({ ...configured, gridExponent, ...given }));
}

function frozen(parts: Parts, settings: ModelSettings): TrainingInput {
  const known = parts.all.filter(([, { users, items }]) => users.size + items.size > 0);
  const [only = ['', parts.first] as const, ...others] = known;
  if (others.length === 0) return freeze(only[1], settings);
  const all = known.map(([name, state]) => ({ name, state, input: freeze(state, settings) }));
  return {
    ...joined(all.map(({ input }) => input)),
    meanStars: meanOf(known.map(([, state]) => state)),
    parts: all.map(partOf),
  };
}

const partOf = ({
  name,
  input: { live, meanStars },
}: {
  readonly name: string;
  readonly input: TrainingInput;
}): TrainingPart => ({
  name,
  users: live.users.ids.length,
  items: live.items.ids.length,
  meanStars,
});

/** Over all ratings: no part is trained with it. */
function meanOf(states: readonly ModelState[]): number {
  const ratings = sumOf(states, ({ pairs }) => pairs.ratings);
  return ratings === 0 ? 0 : roundHalfEven(sumOf(states, ({ pairs }) => pairs.meanStars * pairs.ratings) / ratings);
}

function joined(inputs: readonly TrainingInput[]): Omit<TrainingInput, 'parts' | 'meanStars'> {
  const [first] = inputs;
  if (first === undefined) throw new RangeError('A training of no parts');
  const side = (name: 'users' | 'items'): SideVectors => joinedSides(inputs.map(({ live }) => live[name]));
  return {
    settings: first.settings,
    base: first.base,
    live: { settings: first.live.settings, users: side('users'), items: side('items') },
    starts: startsOf(inputs),
    items: itemsOf(inputs),
    confidences: concatenated(
      inputs.map(input => input.confidences),
      length => new Uint16Array(length),
    ),
    preferences: concatenated(
      inputs.map(input => input.preferences),
      length => new Uint8Array(length),
    ),
    stars: concatenated(
      inputs.map(input => input.stars),
      length => new Int16Array(length),
    ),
  };
}

function startsOf(inputs: readonly TrainingInput[]): Int32Array {
  const all = new Int32Array(1 + sumOf(inputs, ({ starts }) => starts.length - 1));
  let [at, before] = [1, 0];
  for (const { starts } of inputs) {
    for (const start of starts.subarray(1)) all[at++] = before + start;
    before = all[at - 1] ?? 0;
  }
  return all;
}

function itemsOf(inputs: readonly TrainingInput[]): Int32Array {
  let before = 0;
  const moved = inputs.map(({ items, live }) => {
    const first = before;
    before += live.items.ids.length;
    return items.map(item => item + first);
  });
  return concatenated(moved, length => new Int32Array(length));
}
