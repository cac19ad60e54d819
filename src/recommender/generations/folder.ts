/** A generation in a folder of the file system, as Spark or `millrace export model` has left it there. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fromContainer } from '../../stream/container.ts';
import type { AvroDefinition, AvroField } from '../../stream/definition.ts';
import { schema, type Schema } from '../../stream/schema.ts';
import { BrokenGeneration } from './checked.ts';
import { type GenerationFile, generationFormat, type GenerationHead, headFields } from './format.ts';

/** As somebody else wrote it: exponents are null where factors are real numbers. */
export interface FolderHead extends Omit<GenerationHead, 'userExponent' | 'itemExponent' | 'starExponent'> {
  readonly userExponent: number | null;
  readonly itemExponent: number | null;
  readonly starExponent: number | null;
}

export interface FolderVector {
  readonly id: string;
  readonly factors: readonly number[];
  readonly starFactors: readonly number[];
  readonly bias: number;
  readonly events: number;
}

/** What Spark calls every record, unless it is told otherwise. */
const sparkRecord = 'topLevelRecord';
/** A column of Spark's may be null as far as its type goes, so each is read as one that may. */
type Column<T> = T extends readonly (infer V)[] ? readonly (V | null)[] | null : T | null;
type Columns<T> = { readonly [Name in keyof T]: Column<T[Name]> };

const column = ({ name, type }: { readonly name: string; readonly type: AvroDefinition }): AvroField => ({
  name,
  type: Array.isArray(type) ? type : ['null', type],
  default: null,
});

const headSchema = schema<Columns<FolderHead>>({
  type: 'record',
  name: sparkRecord,
  aliases: ['millrace.Generation'],
  fields: headFields.map(column),
});

const reals = { type: 'array', items: ['null', 'double'] };
const vectorSchema = schema<Columns<FolderVector>>({
  type: 'record',
  name: sparkRecord,
  aliases: ['millrace.GenerationVector'],
  fields: [
    { name: 'id', type: 'string' },
    { name: 'factors', type: reals },
    { name: 'starFactors', type: reals },
    { name: 'bias', type: 'double' },
    { name: 'events', type: 'long' },
  ].map(column),
});

export interface Folder {
  readonly head: FolderHead;
  users(): AsyncIterable<FolderVector>;
  items(): AsyncIterable<FolderVector>;
}

/** Opens it; each file may be one container, or a folder of parts in the order of their names. @throws {BrokenGeneration} */
export async function openFolder(directory: string): Promise<Folder> {
  return {
    head: headOf(directory, await only(directory)),
    users: () => vectorsOf(directory, 'users'),
    items: () => vectorsOf(directory, 'items'),
  };
}

const text = (otherwise: string) =>
  z
    .string()
    .nullable()
    .transform(value => value ?? otherwise);
const number = (otherwise: number) =>
  z
    .number()
    .nullable()
    .transform(value => value ?? otherwise);
/** Some things have to be said; the rest may be left out. */
const said = z.object({
  format: z.literal(generationFormat),
  model: z.string(),
  factors: z.int().min(1),
  starFactors: z.int().min(1),
  users: z.int(),
  items: z.int(),
  userExponent: z.int().nullable(),
  itemExponent: z.int().nullable(),
  starExponent: z.int().nullable(),
  objective: z.number().nullable(),
  name: text(''),
  settings: text('{}'),
  quality: text('{}'),
  cause: text(''),
  engine: text(''),
  generation: number(0),
  meanStars: number(0),
  base: number(0),
  seed: number(0),
  trainedAt: number(0),
});

function headOf(directory: string, columns: Columns<FolderHead>): FolderHead {
  const parsed = said.safeParse({ ...columns });
  if (parsed.success) return parsed.data;
  throw new BrokenGeneration(join(directory, 'generation.avro'), z.prettifyError(parsed.error).replaceAll('\n', ' '));
}

const numbers = (values: readonly (number | null)[] | null): number[] => (values ?? []).map(value => value ?? NaN);

/** A factor that is null becomes no number, which no grid takes. */
function vectorOf({ id, factors, starFactors, bias, events }: Columns<FolderVector>): FolderVector {
  return {
    id: id ?? '',
    factors: numbers(factors),
    starFactors: numbers(starFactors),
    bias: bias ?? 0,
    events: events ?? 0,
  };
}

async function only(directory: string): Promise<Columns<FolderHead>> {
  for await (const head of valuesOf(headSchema, directory, 'generation')) return head;
  throw new BrokenGeneration(join(directory, 'generation.avro'), 'it holds no record');
}

async function* vectorsOf(directory: string, file: 'users' | 'items'): AsyncGenerator<FolderVector> {
  for await (const vector of valuesOf(vectorSchema, directory, file)) yield vectorOf(vector);
}

async function* valuesOf<T>(of: Schema<T>, directory: string, file: GenerationFile): AsyncGenerator<T> {
  for (const path of await partsOf(join(directory, `${file}.avro`))) yield* fromContainer(of, createReadStream(path));
}

async function partsOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new BrokenGeneration(path, 'there is no such file');
  if (!found.isDirectory()) return [path];
  const parts = (await readdir(path)).filter(name => /^part-.*\.avro$/.test(name)).sort();
  if (parts.length === 0) throw new BrokenGeneration(path, 'it is a folder without parts (part-*.avro)');
  return parts.map(name => join(path, name));
}
