/** Writes generations into the snapshots port and reads them from there, a block of vectors at a time. */
import { SnapshotExists, type Snapshots } from '../../snapshots/port.ts';
import { fromContainer, toContainer } from '../../stream/container.ts';
import type { Schema } from '../../stream/schema.ts';
import { BrokenGeneration, checkedHead, checkedVectors } from './checked.ts';
import {
  type GenerationFile,
  generationFiles,
  type GenerationHead,
  generationsFolder,
  type GenerationVector,
  headSchema,
  pathOf,
  vectorSchema,
} from './format.ts';

export type Vectors = Iterable<GenerationVector> | AsyncIterable<GenerationVector>;

export interface GenerationContent {
  readonly head: GenerationHead;
  readonly users: Vectors;
  readonly items: Vectors;
}

/** The bytes of each file, in the order in which they have to be written: the head says that the others are whole. */
export function filesOf(content: GenerationContent): ReadonlyMap<GenerationFile, () => AsyncIterable<Uint8Array>> {
  const { head } = content;
  // Called one after the other: a stream that nobody reads yet could fail with nobody to hear of it.
  const vectors = (file: 'users' | 'items') => (): AsyncIterable<Uint8Array> =>
    toContainer(vectorSchema, asArrays(checkedVectors(expected(head, file), content[file])));
  return new Map([
    ['users', vectors('users')],
    ['items', vectors('items')],
    ['generation', () => toContainer(headSchema, [checkedHead('generation.avro', head)])],
  ]);
}

/**
 * Writes a generation under its name; answers its bytes. What is there already under the name was written from the same
 * training by somebody who was stopped, or whose word was lost, and is kept. @throws {BrokenGeneration}
 */
export async function writeGeneration(snapshots: Snapshots, content: GenerationContent): Promise<number> {
  let bytes = 0;
  for (const [file, partsOf] of filesOf(content)) {
    let written = 0;
    const counted = counting(partsOf(), length => (written += length));
    try {
      await snapshots.put(pathOf(content.head.name, file), counted);
      bytes += written;
    } catch (error) {
      if (!(error instanceof SnapshotExists)) throw error;
      for await (const part of snapshots.get(pathOf(content.head.name, file))) bytes += part.length;
    }
  }
  return bytes;
}

/** A generation that is there. The vectors are read, and checked, while they are asked for. */
export interface StoredGeneration {
  readonly head: GenerationHead;
  readonly users: AsyncIterable<GenerationVector>;
  readonly items: AsyncIterable<GenerationVector>;
}

/** @throws {UnknownSnapshot} where no whole generation has the name; {BrokenGeneration} also while vectors are read */
export async function readGeneration(snapshots: Snapshots, name: string): Promise<StoredGeneration> {
  const head = await readHead(snapshots, name);
  const vectors = (file: 'users' | 'items'): AsyncIterable<GenerationVector> =>
    checkedVectors(expected(head, file), read(snapshots, vectorSchema, pathOf(name, file)));
  return { head, users: vectors('users'), items: vectors('items') };
}

/** The names of the generations that are whole, ascending. */
export async function listGenerations(snapshots: Snapshots): Promise<readonly string[]> {
  const names = await snapshots.list(generationsFolder);
  return names.flatMap(path => /^generations\/([^/]+)\/generation\.avro$/.exec(path)?.[1] ?? []);
}

export async function readHead(snapshots: Snapshots, name: string): Promise<GenerationHead> {
  const path = pathOf(name, 'generation');
  for await (const head of read(snapshots, headSchema, path)) return checkedHead(path, head);
  throw new BrokenGeneration(path, 'it holds no record');
}

/** Removes a generation, its head first: what is left is then no generation to anybody. */
export async function removeGeneration(snapshots: Snapshots, name: string): Promise<void> {
  for (const file of generationFiles.toReversed()) await snapshots.remove(pathOf(name, file));
}

/** Removes what is left of generations that have no head, except those under the names that are being written. */
export async function removeLeftovers(snapshots: Snapshots, being: ReadonlySet<string>): Promise<void> {
  const whole = new Set(await listGenerations(snapshots));
  for (const path of await snapshots.list(generationsFolder)) {
    const name = /^generations\/([^/]+)\//.exec(path)?.[1];
    if (name !== undefined && !whole.has(name) && !being.has(name)) await snapshots.remove(path);
  }
}

const expected = (head: GenerationHead, file: 'users' | 'items') => ({
  file: pathOf(head.name, file),
  count: head[file],
  factors: head.factors,
  starFactors: head.starFactors,
  starExponent: head.starExponent,
});

function read<T>(snapshots: Snapshots, schema: Schema<T>, path: string): AsyncIterable<T> {
  return fromContainer(schema, snapshots.get(path));
}

/** avsc writes arrays only. */
async function* asArrays(vectors: AsyncIterable<GenerationVector>): AsyncGenerator<GenerationVector> {
  for await (const { id, factors, starFactors, bias, events } of vectors)
    yield { id, factors: [...factors], starFactors: [...starFactors], bias, events };
}

async function* counting(parts: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    count(part.length);
    yield part;
  }
}
