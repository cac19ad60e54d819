import type { ItemVector, UserVector } from '../../../schemas/types.ts';
import type { ModelSettings, ModelVersion, Vectors } from '../../als/index.ts';

/** Factors as signed 16-bit integers, little endian, as they are stored and sent. */
export function toBytes(factors: Int16Array): Buffer {
  const bytes = Buffer.alloc(factors.length * 2);
  factors.forEach((factor, index) => bytes.writeInt16LE(factor, index * 2));
  return bytes;
}

export function fromBytes(bytes: Uint8Array): Int16Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A loop: a list's matrix is made of ten thousand of these, while the first rating after a start waits.
  const factors = new Int16Array(view.length / 2);
  for (let index = 0; index < factors.length; index++) factors[index] = view.readInt16LE(index * 2);
  return factors;
}

/** The exponent of the star grid is fixed by the model: estimates need only a few steps of a star. */
export type Side = 'users' | 'items';

/** A vector as it goes into its stream. `time` is that of the newest event of the model version. */
export function asVector(
  id: string,
  vectors: Vectors,
  { version, settings, side, time }: { version: ModelVersion; settings: ModelSettings; side: Side; time: number },
): UserVector & ItemVector {
  return {
    id,
    generation: version.generation,
    number: version.number,
    factors: toBytes(vectors.factors),
    exponent: settings.gridExponent[side],
    starFactors: toBytes(vectors.starFactors),
    starExponent: starExponent,
    candidate: null,
    bias: vectors.bias,
    events: vectors.events,
    gone: false,
    taken: [],
    time,
  };
}

/** Of an item in the generation that is tried out; null while none is. */
export const asCandidate = (
  vectors: Pick<Vectors, 'factors'> | undefined,
  model: { readonly version: ModelVersion; readonly settings: ModelSettings } | undefined,
): ItemVector['candidate'] =>
  vectors && model
    ? {
        generation: model.version.generation,
        factors: toBytes(vectors.factors),
        exponent: model.settings.gridExponent.items,
      }
    : null;

/** What is left of a user who is gone: zeros, so that nothing can be recommended with it. */
export function vectorOfNobody(
  id: string,
  { version, settings, time }: { version: ModelVersion; settings: ModelSettings; time: number },
): UserVector {
  const factors = new Int16Array(settings.factors);
  const starFactors = new Int16Array(settings.explicit.factors);
  const zeros = asVector(id, { factors, starFactors, bias: 0, events: 0 }, { version, settings, side: 'users', time });
  return { ...zeros, gone: true };
}

const starExponent = 10;
