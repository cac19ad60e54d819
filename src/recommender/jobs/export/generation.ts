/** The published model as a generation: what `millrace models import` takes, and Spark reads. */
import { filesOf } from '../../generations/files.ts';
import { type GenerationHead, generationFormat, type GenerationVector, inOrder } from '../../generations/format.ts';
import { fromBytes } from '../../domain/vectors.ts';
import type { Files } from './folder.ts';
import type { PublishedModel, Vector } from './published.ts';

/** The star grid is fixed by the model. */
const starExponent = 10;

/** In whole steps of their grids, so that whoever takes them in has the same model, to the bit. */
export function generationFilesOf(published: PublishedModel): Files {
  const { version, users, items } = published;
  const { factors, unobservedWeight, userExponent, itemExponent } = version.hyperParameters;
  const gridExponent = { users: userExponent, items: itemExponent };
  const head: GenerationHead = {
    format: generationFormat,
    name: `${version.generation}.${version.number}`,
    generation: version.generation,
    model: 'implicit',
    settings: JSON.stringify({ factors, unobservedWeight, gridExponent, seed: version.seed }),
    factors,
    userExponent,
    itemExponent,
    starFactors: [...users, ...items].reduce((most, { starFactors }) => Math.max(most, starFactors.length / 2), 1),
    starExponent,
    meanStars: version.meanStars,
    users: users.length,
    items: items.length,
    base: 0,
    seed: version.seed,
    trainedAt: version.time,
    cause: version.cause,
    quality: JSON.stringify({ prequential: version.prequential }),
    objective: null,
    engine: 'millrace',
  };
  const files = filesOf({ head, users: vectorsOf(users), items: vectorsOf(items) });
  return Object.fromEntries([...files].map(([name, partsOf]) => [`${name}.avro`, opened(partsOf)]));
}

function* vectorsOf(vectors: readonly Vector[]): Generator<GenerationVector> {
  for (const { id, factors, starFactors, bias, events } of [...vectors].sort((a, b) => inOrder(a.id, b.id)))
    yield { id, factors: fromBytes(factors), starFactors: fromBytes(starFactors), bias, events };
}

/** Begun when it is read: a stream that nobody reads yet could fail with nobody to hear of it. */
async function* opened(partsOf: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* partsOf();
}
