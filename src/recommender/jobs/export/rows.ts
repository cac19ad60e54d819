/** Vectors in real units, as people and other programs read them. */
import { schema } from '../../../stream/schema.ts';
import { fromBytes } from '../../domain/vectors.ts';
import type { PublishedModel, Vector } from './published.ts';

/** `top-n` orders items for lists, `stars` estimates ratings. */
export const exportedModels = ['top-n', 'stars'] as const;
export type ExportedModel = (typeof exportedModels)[number];

/** One user or item. Its factors and bias are such that x . y + both biases + the model's mean is the score. */
export interface ExportedVector {
  readonly id: string;
  readonly factors: readonly number[];
  readonly bias: number;
}

export const exportedVectorSchema = schema<ExportedVector>({
  type: 'record',
  name: 'millrace.ExportedVector',
  doc: 'A user or an item of an exported model: score = dot of both factors + both biases + mean (in model.json).',
  fields: [
    { name: 'id', type: 'string', doc: 'Identity of the user or item.' },
    { name: 'factors', type: { type: 'array', items: 'float' }, doc: 'Exact: multiples of a negative power of two.' },
    { name: 'bias', type: 'double', doc: 'Above the mean, in stars; 0 in the top-N model, which has none.' },
  ],
});

/** An integer of the grid times 2^-exponent is exact in a double, and in a float. */
export function rowOf(vector: Vector, model: ExportedModel): ExportedVector {
  const { id } = vector;
  if (model === 'top-n') return { id, factors: inUnits(vector.factors, vector.exponent), bias: 0 };
  return { id, factors: inUnits(vector.starFactors, vector.starExponent), bias: vector.bias };
}

const inUnits = (factors: Uint8Array, exponent: number): number[] =>
  Array.from(fromBytes(factors), factor => factor * 2 ** -exponent);

/** What the vectors were exported from: `model.json`. */
export const descriptionOf = ({ version, users, items }: PublishedModel, model: ExportedModel) => ({
  model,
  score: 'dot(user factors, item factors) + user bias + item bias + mean',
  generation: version.generation,
  number: version.number,
  hash: version.hash,
  seed: version.seed,
  factors: users[0] === undefined ? 0 : rowOf(users[0], model).factors.length,
  mean: model === 'stars' ? version.meanStars : 0,
  users: users.length,
  items: items.length,
});

/** `id,factor_0,…,bias`; an id with a comma, quote or line break is quoted as RFC 4180 says. */
export function* csvLines(vectors: readonly ExportedVector[], factors: number): Iterable<string> {
  yield `${['id', ...Array.from({ length: factors }, (_, at) => `factor_${at}`), 'bias'].join(',')}\n`;
  for (const { id, factors: values, bias } of vectors) yield `${[quoted(id), ...values, bias].join(',')}\n`;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
