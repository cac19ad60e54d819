/** A training of several parts: each by itself, on one grid. */
import type { Generation, TrainingInput, TrainingPart } from './generation.ts';
import { sumOf } from './learn-parts.ts';
import { modelSettings, type ModelSettings } from './settings.ts';
import { joinedSides, rowsBetween, widthsOf } from './side-vectors.ts';
import { starUnit } from './side.ts';
import type { TrainingOptions } from './training-progress.ts';

/** The input of each part, as if there were no other. */
export function inputsOf(input: TrainingInput): readonly TrainingInput[] {
  const { parts, ...all } = input;
  if (parts === undefined) return [input];
  const at = { users: 0, items: 0 };
  return parts.map(part => {
    const own = sliced(all, part, at);
    at.users += part.users;
    at.items += part.items;
    return own;
  });
}

/** Where factors of any part meet the end of the grid, all are trained on a coarser one: vectors of one generation have one. */
export function trainParts(
  { parts = [], ...all }: TrainingInput,
  options: TrainingOptions,
  train: (input: TrainingInput, options: TrainingOptions) => Generation,
): Generation {
  const inputs = inputsOf({ ...all, parts });
  let settings = modelSettings({ ...all.settings, ...options.settings });
  for (let retries = 0; ; retries++) {
    const trained = inputs.map((input, n) => train(input, { ...withShare(options, n, inputs.length), settings }));
    const gridExponent = coarsestOf(trained.map(generation => generation.settings.gridExponent));
    if (trained.every(generation => isOn(gridExponent, generation)))
      return { ...joined(trained), meanStars: all.meanStars / starUnit, parts: parts.map(meanOf), retries };
    settings = { ...settings, gridExponent };
  }
}

const meanOf = ({ name, meanStars }: TrainingPart) => ({ name, meanStars: meanStars / starUnit });

/** Parts come one after the other, and make one whole. */
function withShare(options: TrainingOptions, part: number, of: number): TrainingOptions {
  const { progress } = options;
  return progress === undefined
    ? options
    : { ...options, progress: (done, all) => progress(part * all + done, of * all) };
}

type Exponents = ModelSettings['gridExponent'];

const coarsestOf = (exponents: readonly Exponents[]): Exponents => ({
  users: Math.min(...exponents.map(({ users }) => users)),
  items: Math.min(...exponents.map(({ items }) => items)),
});

const isOn = ({ users, items }: Exponents, { settings: { gridExponent } }: Generation): boolean =>
  gridExponent.users === users && gridExponent.items === items;

function joined(trained: readonly Generation[]): Omit<Generation, 'meanStars' | 'retries'> {
  const [first] = trained;
  if (first === undefined) throw new RangeError('A training of no parts');
  const objectives = trained.map(({ objective }) => objective).filter(Number.isFinite);
  return {
    base: first.base,
    settings: first.settings,
    users: joinedSides(trained.map(({ users }) => users)),
    items: joinedSides(trained.map(({ items }) => items)),
    losses: first.losses.map((_, sweep) => sumOf(trained, ({ losses }) => losses[sweep] ?? 0)),
    objective: objectives.length === 0 ? NaN : sumOf(objectives, objective => objective),
    saturations: sumOf(trained, ({ saturations }) => saturations),
  };
}

type Place = { readonly users: number; readonly items: number };

function sliced(all: Omit<TrainingInput, 'parts'>, part: TrainingPart, at: Place): TrainingInput {
  const { live, starts } = all;
  const [first, end] = [starts[at.users] ?? 0, starts[at.users + part.users] ?? 0];
  const widths = widthsOf(live.settings);
  return {
    settings: all.settings,
    base: all.base,
    live: {
      settings: live.settings,
      users: rowsBetween(live.users, [at.users, at.users + part.users], widths),
      items: rowsBetween(live.items, [at.items, at.items + part.items], widths),
    },
    starts: starts.slice(at.users, at.users + part.users + 1).map(start => start - first),
    items: all.items.slice(first, end).map(item => item - at.items),
    confidences: all.confidences.slice(first, end),
    preferences: all.preferences.slice(first, end),
    stars: all.stars.slice(first, end),
    meanStars: part.meanStars,
  };
}
