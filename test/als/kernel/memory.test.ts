import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundExceeded } from '../../../src/als/index.ts';
import { Entries } from '../../../src/als/kernel/entries.ts';
import { FactorMatrix } from '../../../src/als/kernel/factor-matrix.ts';
import { KernelMemory, type Block } from '../../../src/als/kernel/memory.ts';

describe('the memory of a kernel', () => {
  test('blocks are zero, aligned, apart from each other, and all of them come back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200_000), fc.boolean()), { maxLength: 30 }), requests => {
        const memory = new KernelMemory();
        const held: Block[] = [];
        for (const [bytes, free] of requests) {
          const block = memory.allocate(bytes);
          const view = memory.bytes(block.address, block.bytes);
          expect([block.address % 64, block.bytes >= bytes, view.some(byte => byte !== 0)]).toEqual([0, true, false]);
          view.fill(1);
          held.push(block);
          const given = free ? held.shift() : undefined;
          if (given) memory.free(given);
        }
        const ordered = held.toSorted((a, b) => a.address - b.address);
        for (const [n, { address }] of ordered.entries()) {
          const before = ordered[n - 1];
          expect(address).toBeGreaterThanOrEqual(before === undefined ? 64 : before.address + before.bytes);
        }
        for (const block of held) memory.free(block);
        expect(memory.used).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('a view lives on when the memory grows', () => {
    const memory = new KernelMemory();
    const { address } = memory.allocate(64);
    const view = memory.int32(address, 16);
    memory.allocate(10_000_000);
    view[3] = 7;
    expect(memory.int32(address, 16)[3]).toBe(7);
  });

  test('more than 4 GiB are refused before anything is taken', () => {
    const memory = new KernelMemory();
    expect(() => memory.allocate(2 ** 32)).toThrow(BoundExceeded);
    expect(memory.used).toBe(0);
  });
});

describe('a matrix of factors', () => {
  test('keeps its rows when it grows, pads its columns, and has a row of zeros before the first', () => {
    const memory = new KernelMemory();
    using matrix = new FactorMatrix(memory, 5, 1);
    matrix.set(0, [1, 2, 3, 4, 5]);
    matrix.resize(1000);
    matrix.set(999, [-32767, 32767, 0, 0, 1]);
    expect([matrix.stride, matrix.rows]).toEqual([8, 1000]);
    expect([...memory.int16(matrix.address - 16, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0]);
    expect([...matrix.row(999)]).toEqual([-32767, 32767, 0, 0, 1]);
  });

  test('a row that is taken away comes back as zeros', () => {
    using matrix = new FactorMatrix(new KernelMemory(), 2, 2);
    matrix.set(1, [3, 4]);
    matrix.resize(1);
    matrix.resize(2);
    expect([...matrix.row(1)]).toEqual([0, 0]);
  });

  test('refuses -32768, and takes -32767', () => {
    using matrix = new FactorMatrix(new KernelMemory(), 2, 1);
    matrix.set(0, [-32767, 32767]);
    expect(() => matrix.set(0, [-32768, 0])).toThrow(BoundExceeded);
    expect(() => matrix.set(0, [0, 32768])).toThrow(BoundExceeded);
  });

  test('refuses rows that are not there, of another width, and widths past 128', () => {
    const memory = new KernelMemory();
    using matrix = new FactorMatrix(memory, 2, 1);
    expect(() => matrix.set(1, [1, 2])).toThrow(RangeError);
    expect(() => matrix.set(0, [1])).toThrow(RangeError);
    for (const width of [0, 129, 1.5]) expect(() => new FactorMatrix(memory, width)).toThrow(RangeError);
  });

  test('gives its memory back', () => {
    const memory = new KernelMemory();
    const matrix = new FactorMatrix(memory, 64, 100);
    matrix.resize(5000);
    matrix[Symbol.dispose]();
    expect(memory.used).toBe(0);
  });
});

describe('entries', () => {
  const sparse = {
    starts: Int32Array.of(0, 4, 4, 6),
    neighbours: Int32Array.of(5, 6, 7, 8, 1, 2),
    weights: Uint16Array.of(16, 2, 16, 16, 0, 3),
    targets: Int16Array.of(1, 0, -3, 4, 9, -32768),
  };

  test('are sorted by weight, padded to pairs, without those of weight 0', () => {
    using entries = new Entries(new KernelMemory(), sparse);
    expect([...entries.rowSlots]).toEqual([0, 6, 6, 8]);
    expect([...entries.rowClasses]).toEqual([0, 2, 2, 3]);
    expect([...entries.classWeights]).toEqual([2, 16, 3]);
    expect([...entries.classEnds]).toEqual([2, 6, 8]);
    expect([...entries.neighbours]).toEqual([6, -1, 5, 7, 8, -1, 2, -1]);
    expect([...entries.targets]).toEqual([0, 0, 1, -3, 4, 0, -32767, 0]);
    expect([entries.greatest, entries.longest]).toEqual([8, 6]);
  });

  test('a weight of 4096 is taken, one more is refused', () => {
    const memory = new KernelMemory();
    const weighing = (weight: number) => ({ ...sparse, weights: new Uint16Array(6).fill(weight) });
    new Entries(memory, weighing(4096))[Symbol.dispose]();
    expect(() => new Entries(memory, weighing(4097))).toThrow(BoundExceeded);
    expect(memory.used).toBe(0);
  });

  test('arrays that do not fit are refused', () => {
    const refused = [
      { starts: Int32Array.of(0, 7) },
      { starts: Int32Array.of(0, 4, 3, 6) },
      { starts: new Int32Array() },
      { targets: new Int16Array(5) },
      { neighbours: Int32Array.of(-1, 0, 0, 0, 0, 0) },
    ];
    for (const wrong of refused)
      expect(() => new Entries(new KernelMemory(), { ...sparse, ...wrong })).toThrow(RangeError);
  });
});
