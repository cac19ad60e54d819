/** Takes a generation that was trained elsewhere into those that are kept, from where it can be switched in. */
import { createHash } from 'node:crypto';
import { type ModelSettings, modelSettings } from '../../als/index.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import { checkedHead } from './checked.ts';
import { writeGeneration } from './files.ts';
import { type Folder, type FolderHead, type FolderVector, openFolder } from './folder.ts';
import type { GenerationHead, GenerationVector } from './format.ts';
import { Extent, gridFor, steps } from './on-grid.ts';

/** The model's star grid is fixed. */
const starExponent = 10;

export interface ImportOptions {
  readonly snapshots: Snapshots;
  readonly directory: string;
  /** Settings for what the folder does not say. */
  readonly model: Partial<ModelSettings>;
  /** Wall clock, for a generation that does not say when it was trained. */
  readonly now: number;
}

/**
 * Reads the folder twice: to find grids that hold its numbers, and to write. Whole numbers on a grid stay as they are.
 * Its name follows from its content. @throws {BrokenGeneration} @throws {NoGrid}
 */
export async function importGeneration({
  snapshots,
  directory,
  model,
  now,
}: ImportOptions): Promise<{ readonly head: GenerationHead; readonly bytes: number }> {
  const folder = await openFolder(directory);
  const { head: given } = folder;
  const look = await lookAt(folder);
  const grid = { users: given.userExponent ?? look.grid.users, items: given.itemExponent ?? look.grid.items };
  const head = checkedHead(directory, {
    ...given,
    name: `import-${look.digest}`,
    settings: JSON.stringify(settingsOf(given, model, grid)),
    userExponent: grid.users,
    itemExponent: grid.items,
    starExponent,
    trainedAt: given.trainedAt === 0 ? now : given.trainedAt,
    cause: 'import',
    // Whatever the numbers meant to the model that made them, they mean nothing to this one.
    generation: 0,
    base: 0,
  });
  const onGrid = (exponent: number, isReal: boolean) => (vector: FolderVector) =>
    gridVector(vector, exponent, isReal, given);
  const bytes = await writeGeneration(snapshots, {
    head,
    users: mapped(folder.users(), onGrid(grid.users, given.userExponent === null)),
    items: mapped(folder.items(), onGrid(grid.items, given.itemExponent === null)),
  });
  return { head, bytes };
}

async function lookAt(folder: Folder) {
  const { head } = folder;
  const hash = createHash('sha256').update(JSON.stringify(head));
  const [users, items] = [new Extent(), new Extent()];
  for (const [extent, vectors] of [
    [users, folder.users()],
    [items, folder.items()],
  ] as const)
    for await (const { id, factors, starFactors, bias, events } of vectors) {
      hash.update(JSON.stringify([id, factors, starFactors, bias, events]));
      extent.add(factors);
    }
  const isReal = head.userExponent === null || head.itemExponent === null;
  return {
    digest: hash.digest('hex').slice(0, 12),
    grid: isReal ? gridFor(users, items) : { users: 0, items: 0 },
  };
}

/** Widths and grids are those of the vectors; everything else as the folder says, or as it is configured here. */
function settingsOf(
  { settings, factors, starFactors, seed }: FolderHead,
  model: Partial<ModelSettings>,
  gridExponent: ModelSettings['gridExponent'],
): ModelSettings {
  const base = modelSettings(model);
  const said: unknown = JSON.parse(settings);
  const known = typeof said === 'object' && said !== null ? said : {};
  const explicit = { ...base.explicit, ...('explicit' in known && isObject(known.explicit) ? known.explicit : {}) };
  return modelSettings({
    ...base,
    ...known,
    factors,
    gridExponent,
    seed,
    explicit: { ...explicit, factors: starFactors },
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function gridVector(
  { id, factors, starFactors, bias, events }: FolderVector,
  exponent: number,
  isReal: boolean,
  { starExponent: given }: FolderHead,
): GenerationVector {
  const star = given === null ? 1 : 2 ** -given;
  return {
    id,
    factors: isReal ? steps(factors, exponent) : factors,
    starFactors:
      given === starExponent
        ? starFactors
        : steps(
            starFactors.map(factor => factor * star),
            starExponent,
          ),
    bias: (steps([bias], starExponent)[0] ?? 0) / 2 ** starExponent,
    events,
  };
}

async function* mapped<T, R>(values: AsyncIterable<T>, to: (value: T) => R): AsyncGenerator<R> {
  for await (const value of values) yield to(value);
}
