/** A generation of the model as its files hold it, and back. */
import { type Generation, modelSettings, type ModelSettings, type SideVectors } from '../../als/index.ts';
import type { Cause } from '../domain/generation-signals.ts';
import type { GenerationContent, StoredGeneration } from './files.ts';
import { generationFormat, type GenerationHead, type GenerationVector } from './format.ts';

/** The star grid is fixed by the model. */
const starExponent = 10;
const starUnit = 2 ** starExponent;

/** What the vectors do not say. */
export interface About {
  readonly name: string;
  readonly generation: number;
  readonly cause: Cause;
  readonly trainedAt: number;
}

/** Of a generation in the order of its ids; vectors are made while they are written. */
export function contentOf(generation: Generation, about: About): GenerationContent {
  const { settings, users, items, meanStars, base, objective, saturations, retries, losses } = generation;
  const head: GenerationHead = {
    ...about,
    format: generationFormat,
    model: 'implicit',
    settings: JSON.stringify(settings),
    factors: settings.factors,
    userExponent: settings.gridExponent.users,
    itemExponent: settings.gridExponent.items,
    starFactors: settings.explicit.factors,
    starExponent,
    meanStars,
    users: users.ids.length,
    items: items.ids.length,
    base,
    seed: settings.seed,
    quality: JSON.stringify({ saturations, retries, losses }),
    objective: Number.isFinite(objective) ? objective : null,
    engine: 'millrace',
  };
  return { head, users: vectorsOf(users, settings), items: vectorsOf(items, settings) };
}

function* vectorsOf(side: SideVectors, { factors: k, explicit }: ModelSettings): Generator<GenerationVector> {
  const width = explicit.factors + 1;
  for (const [row, id] of side.ids.entries()) {
    const stars = side.starFactors.subarray(row * width, (row + 1) * width);
    yield {
      id,
      factors: side.factors.subarray(row * k, (row + 1) * k),
      starFactors: stars.subarray(1),
      bias: (stars[0] ?? NaN) / starUnit,
      events: side.events[row] ?? 0,
    };
  }
}

/** Reads all vectors into plain arrays, a block of the files at a time. @throws {BrokenGeneration} */
export async function generationOf({ head, users, items }: StoredGeneration): Promise<Generation> {
  const settings = modelSettings(settingsOf(head));
  const sides = { k: head.factors, width: head.starFactors + 1 };
  return {
    base: head.base,
    settings,
    users: await sideOf(users, head.users, sides),
    items: await sideOf(items, head.items, sides),
    meanStars: head.meanStars,
    losses: [],
    objective: head.objective ?? NaN,
    saturations: 0,
    retries: 0,
  };
}

function settingsOf({ settings, factors, starFactors, userExponent, itemExponent }: GenerationHead) {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge; `modelSettings` checks what it gets
  const said = JSON.parse(settings) as Partial<ModelSettings>;
  const { explicit } = modelSettings(said);
  const gridExponent = { users: userExponent, items: itemExponent };
  return { ...said, factors, gridExponent, explicit: { ...explicit, factors: starFactors } };
}

async function sideOf(
  vectors: AsyncIterable<GenerationVector>,
  count: number,
  { k, width }: { readonly k: number; readonly width: number },
): Promise<SideVectors> {
  const ids: string[] = [];
  const factors = new Int16Array(count * k);
  const starFactors = new Int16Array(count * width);
  const events = new Int32Array(count);
  for await (const vector of vectors) {
    const row = ids.push(vector.id) - 1;
    if (row >= count) continue; // the reader counts, and refuses in the end
    factors.set(vector.factors, row * k);
    starFactors[row * width] = vector.bias * starUnit;
    starFactors.set(vector.starFactors, row * width + 1);
    events[row] = vector.events;
  }
  return { ids, factors, starFactors, events };
}
