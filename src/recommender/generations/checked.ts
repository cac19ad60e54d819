/** What a generation's files have to keep: whoever serves them relies on it, and other programs write them too. */
import { MillraceError } from '../../errors.ts';
import { type GenerationHead, type GenerationVector, generationFormat, gridLimit, inOrder } from './format.ts';

/** The files of a generation are not what they say. */
export class BrokenGeneration extends MillraceError {
  readonly code = 'BROKEN_GENERATION';
  constructor(file: string, what: string) {
    super(`${file}: ${what}`, 'Write the generation again; the one that is served is not changed');
  }
}

/** A head that can be served at all. @throws {BrokenGeneration} */
export function checkedHead(file: string, head: GenerationHead): GenerationHead {
  const refuse = (what: string): never => {
    throw new BrokenGeneration(file, what);
  };
  const within = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      refuse(`${name} is ${value}, not a whole number from ${least} to ${most}`);
  };
  if (head.format !== generationFormat) refuse(`its format is '${head.format}', not '${generationFormat}'`);
  within('factors', head.factors, 1, 128);
  within('starFactors', head.starFactors, 1, 127);
  within('userExponent', head.userExponent, 4, 14);
  within('itemExponent', head.itemExponent, 4, 14);
  within('starExponent', head.starExponent, 4, 14);
  within('users', head.users, 0, Number.MAX_SAFE_INTEGER);
  within('items', head.items, 0, Number.MAX_SAFE_INTEGER);
  if (!Number.isFinite(head.meanStars)) refuse(`meanStars is ${head.meanStars}`);
  return head;
}

/** How many vectors of which widths a file has to hold. */
export interface Expected {
  readonly file: string;
  readonly count: number;
  readonly factors: number;
  readonly starFactors: number;
  readonly starExponent: number;
}

/** Passes vectors on as long as they are sound: ascending, of the right widths, on the grid, as many as promised. */
export async function* checkedVectors<V extends GenerationVector>(
  { file, count, factors, starFactors, starExponent }: Expected,
  vectors: AsyncIterable<V> | Iterable<V>,
): AsyncGenerator<V> {
  let seen = 0;
  let last: string | undefined;
  for await (const vector of vectors) {
    const at = `'${vector.id}'`;
    if (last !== undefined && inOrder(last, vector.id) >= 0)
      throw new BrokenGeneration(file, `${at} follows '${last}', which is not the ascending order of ids`);
    requireGrid(file, `factors of ${at}`, vector.factors, factors);
    requireGrid(file, `starFactors of ${at}`, vector.starFactors, starFactors);
    requireGrid(file, `bias of ${at} in grid steps`, [vector.bias * 2 ** starExponent], 1);
    last = vector.id;
    seen++;
    yield vector;
  }
  if (seen !== count) throw new BrokenGeneration(file, `it holds ${seen} vectors, and generation.avro says ${count}`);
}

function requireGrid(file: string, what: string, steps: ArrayLike<number>, width: number): void {
  if (steps.length !== width) throw new BrokenGeneration(file, `${what}: there are ${steps.length}, not ${width}`);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] ?? NaN;
    if (!Number.isInteger(step) || Math.abs(step) > gridLimit)
      throw new BrokenGeneration(file, `${what}: ${step} is not on the grid of +-${gridLimit} steps`);
  }
}
