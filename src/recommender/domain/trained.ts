/** A generation in one order that does not depend on that of the rows it was trained from, and its name. */
import { createHash } from 'node:crypto';
import type { Generation, SideVectors } from '../../als/index.ts';
import { byCodePoint } from './order.ts';

/** Ids ascending by code point, as files have them. */
export function inIdOrder(generation: Generation): Generation {
  const { settings, users, items } = generation;
  const widths = { k: settings.factors, star: settings.explicit.factors + 1 };
  return { ...generation, users: sorted(users, widths), items: sorted(items, widths) };
}

function sorted(
  { ids, factors, starFactors, events }: SideVectors,
  { k, star }: { readonly k: number; readonly star: number },
): SideVectors {
  const order = Int32Array.from(ids.keys()).sort((a, b) => byCodePoint(ids[a] ?? '', ids[b] ?? ''));
  const taken = (from: Int16Array, width: number): Int16Array => {
    const into = new Int16Array(from.length);
    for (const [at, row] of order.entries()) into.set(from.subarray(row * width, (row + 1) * width), at * width);
    return into;
  };
  return {
    ids: Array.from(order, row => ids[row] ?? ''),
    factors: taken(factors, k),
    starFactors: taken(starFactors, star),
    events: Int32Array.from(order, row => events[row] ?? 0),
  };
}

/** 12 hexadecimal digits over all that a generation is; of one in the order of its ids. */
export function digestOf({ base, settings, users, items, meanStars }: Generation): string {
  const hash = createHash('sha256').update(JSON.stringify([base, settings, meanStars]));
  for (const { ids, factors, starFactors } of [users, items]) {
    hash.update(`\n${ids.length}\n`);
    for (const id of ids) hash.update(`${id.length} ${id}`);
    for (const values of [factors, starFactors]) hash.update(littleEndian(values));
  }
  return hash.digest('hex').slice(0, 12);
}

/** The same on any machine. */
function littleEndian(values: Int16Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? bytes : Buffer.from(bytes).swap16();
}

/** Numbers are padded, so that names are in the order of the generations. */
export const nameOf = (generation: number, digest: string): string =>
  `${String(generation).padStart(8, '0')}-${digest}`;
