/**
 * A generation of the model as files that other languages read and write too: `users.avro` and `items.avro`, the
 * vectors in ascending order of their ids, and `generation.avro`, one record about both, which is written last.
 *
 *     score(user, item) = dot(user.factors, item.factors) / 2^(userExponent + itemExponent)
 *     stars(user, item) = meanStars + user.bias + item.bias + dot(user.starFactors, item.starFactors) / 4^starExponent
 *
 * Order is that of Unicode code points, which is that of UTF-8 bytes: Spark sorts so, and `inOrder` compares so.
 */
import { schema } from '../../stream/schema.ts';

export { byCodePoint as inOrder } from '../domain/order.ts';

/** The name of this layout; a reader refuses any other. */
export const generationFormat = 'millrace-generation-1';

/** Factors lie within +-32,767 grid steps: -32,768 would overflow where products are summed in pairs. */
export const gridLimit = 32_767;

export const generationFiles = ['users', 'items', 'generation'] as const;
export type GenerationFile = (typeof generationFiles)[number];

/** Everything about a generation but its vectors. */
export interface GenerationHead {
  readonly format: string;
  /** The folder's name, below `generations/`. */
  readonly name: string;
  /** Which generation it is in the model's own count; 0 where it comes from elsewhere. */
  readonly generation: number;
  /** `implicit`: the factors rank. Beside them every generation has star factors, which estimate ratings. */
  readonly model: string;
  /** Settings of the model as JSON, as far as the writer knew them. */
  readonly settings: string;
  /** k. */
  readonly factors: number;
  readonly userExponent: number;
  readonly itemExponent: number;
  /** Factors of the star model, the bias not counted. */
  readonly starFactors: number;
  readonly starExponent: number;
  readonly meanStars: number;
  readonly users: number;
  readonly items: number;
  /** The model's base counter when the ratings were frozen: rows touched at a later one are solved anew. */
  readonly base: number;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly trainedAt: number;
  /** Why it was made: `command`, `growth`, `drift`, `schedule`, `saturation`, `erasure`, `settings`, `import`. */
  readonly cause: string;
  /** Figures as JSON. */
  readonly quality: string;
  /** The implicit loss it ended with, where the writer knows it. */
  readonly objective: number | null;
  /** `millrace` or `spark`. */
  readonly engine: string;
}

/** A user or an item. */
export interface GenerationVector {
  readonly id: string;
  /** Grid steps, k of them. */
  readonly factors: readonly number[] | Int16Array;
  readonly starFactors: readonly number[] | Int16Array;
  /** In stars, a whole number of steps of the star grid. */
  readonly bias: number;
  /** Pairs with a weight that shaped it. */
  readonly events: number;
}

const int = (name: string, doc: string) => ({ name, type: 'int', doc });
const long = (name: string, doc: string) => ({ name, type: 'long', doc });
const text = (name: string, doc: string) => ({ name, type: 'string', doc });

export const headFields = [
  text('format', `Always ${generationFormat}.`),
  text('name', 'Folder of the files.'),
  int('generation', "In the model's own count; 0 where it comes from elsewhere."),
  text('model', 'implicit: the factors rank items. Star factors, which estimate stars, are there beside them.'),
  text('settings', 'Settings of the model as JSON.'),
  int('factors', 'k, the length of factors.'),
  int('userExponent', "A user's factors are integers times 2^-userExponent."),
  int('itemExponent', "An item's factors are integers times 2^-itemExponent."),
  int('starFactors', 'Length of starFactors.'),
  int('starExponent', 'Star factors are integers times 2^-starExponent.'),
  { name: 'meanStars', type: 'double', doc: 'Mean of all ratings, in stars.' },
  long('users', 'Records of users.avro.'),
  long('items', 'Records of items.avro.'),
  long('base', 'Base counter of the model when its ratings were frozen; 0 where it comes from elsewhere.'),
  long('seed', 'Of the first values.'),
  { name: 'trainedAt', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'Milliseconds since 1970.' },
  text('cause', 'Why it was made.'),
  text('quality', 'Figures as JSON.'),
  { name: 'objective', type: ['null', 'double'], doc: 'The implicit loss it ended with, where known.', default: null },
  text('engine', 'millrace or spark.'),
];

export const headSchema = schema<GenerationHead>({
  type: 'record',
  name: 'millrace.Generation',
  doc: 'A generation of the model, whose vectors are in users.avro and items.avro beside it.',
  fields: headFields,
});

const grid = { type: 'array', items: 'int' };

export const vectorSchema = schema<GenerationVector>({
  type: 'record',
  name: 'millrace.GenerationVector',
  doc: 'A user or an item of a generation; files hold them in ascending order of their ids (UTF-8 bytes).',
  fields: [
    text('id', 'Identity of the user or item.'),
    { name: 'factors', type: grid, doc: 'Of the implicit model, in grid steps of its side.' },
    { name: 'starFactors', type: grid, doc: 'Of the star model, in grid steps.' },
    { name: 'bias', type: 'double', doc: 'Of the star model, in stars: a multiple of 2^-starExponent.' },
    long('events', 'Pairs with a weight that shaped it.'),
  ],
});

/** Where a file of a generation lies in the snapshots port. */
export const pathOf = (name: string, file: GenerationFile): string => `${generationsFolder}${name}/${file}.avro`;

export const generationsFolder = 'generations/';
