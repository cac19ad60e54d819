import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { KernelMissing, KernelThreadLost } from '../../../src/als/index.ts';
import { KernelMemory } from '../../../src/als/kernel/memory.ts';
import { openKernel } from '../../../src/als/kernel/open.ts';
import { instantiate } from '../../../src/als/kernel/wasm/exports.ts';
import { kernelModule, read } from '../../../src/als/kernel/wasm/module.ts';
import { Control } from '../../../src/als/kernel/workers/control.ts';
import { Crew } from '../../../src/als/kernel/workers/crew.ts';
import { root } from '../../../scripts/results.ts';

/** Where the first block of a memory begins: a crew's control block, where nothing else was there before. */
const firstBlock = 64;

/** A kernel's own parts, so that a test can stand in for a thread. */
function parts() {
  const memory = new KernelMemory();
  const module = kernelModule();
  const kernel = instantiate(module, memory.memory);
  return { memory, module, kernel };
}

describe('threads of a kernel', () => {
  test.for([0, 65, 1.5])('%d of them are refused', threads => {
    expect(() => openKernel({ threads })).toThrow(RangeError);
  });

  test('a job is worked on once, row by row, by whoever comes while it is open', () => {
    const { memory, kernel } = parts();
    const control = new Control(memory, memory.allocate(Control.bytes));
    const ranges: [first: number, end: number][] = [];
    const counting = {
      ...kernel,
      solveRows: (_job: number, first = 0, end = 0) => ranges.push([first, end]),
    };
    control.open({ operation: 'solveRows', job: 0, rows: 100 });
    control.takePart(counting, 0);
    control.takePart(counting, 1);
    expect(control.close(1000)).toBe(true);
    control.takePart(counting, 1);
    expect(ranges.flatMap(([first, end]) => Array.from({ length: end - first }, (_row, n) => first + n))).toEqual(
      Array.from({ length: 100 }, (_row, n) => n),
    );
    expect(Math.max(...ranges.map(([first, end]) => end - first))).toBeLessThanOrEqual(64);
  });

  test('a thread that fails is an error for the caller', () => {
    const { memory, kernel } = parts();
    const control = new Control(memory, memory.allocate(Control.bytes));
    control.open({ operation: 'solveRows', job: 0, rows: 1 });
    const failing = {
      ...kernel,
      solveRows: () => {
        throw new Error('out of bounds');
      },
    };
    expect(() => control.takePart(failing, 1)).toThrow('out of bounds');
    expect(control.close(1000)).toBe(false);
  });

  test('a thread that never comes back is an error within the time that was set, not a hang', () => {
    const { memory, module, kernel } = parts();
    const stuck = {
      ...kernel,
      transformRows: () => {
        // While the caller works, a thread counts itself in, and dies before it counts itself out.
        return Atomics.add(new Int32Array(memory.memory.buffer, firstBlock), Control.running, 1);
      },
    };
    const waiting = new Crew(memory, module, stuck, { threads: 1, patience_ms: 50 });
    expect(() => waiting.run({ operation: 'transformRows', job: 0, rows: 1, scratch: 64 })).toThrow(KernelThreadLost);
    expect(() => waiting.run({ operation: 'transformRows', job: 0, rows: 0, scratch: 64 })).toThrow(KernelThreadLost);
  });

  test('keep no process alive, disposed of or not', () => {
    const face = pathToFileURL(join(root, 'src/als/index.ts')).href;
    const program = (more: string): string =>
      `const { openKernel } = await import('${face}'); const kernel = openKernel({ threads: 3 }); kernel.gram(kernel.matrix(4, 100)); const m = kernel.matrix(4, 100); kernel.transform({ from: m, by: new Float64Array(16), scale: 1, into: m }); ${more}; console.log('done')`;
    for (const more of ['', 'kernel[Symbol.dispose]()']) {
      const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program(more)], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect([status, stdout.trim()]).toEqual([0, 'done']);
    }
  });
});

describe('the compiled kernel', () => {
  test('is there, and its absence says what to run', () => {
    const missing = pathToFileURL(join(root, 'dist/kernel/none.wasm'));
    expect(existsSync(missing)).toBe(false);
    expect(() => read(missing)).toThrow(KernelMissing);
    expect(() => read(missing)).toThrow(/npm run build:kernel/);
  });

  test('has no data, no memory and no globals of its own, and no relaxed instruction', () => {
    const bytes = read(pathToFileURL(join(root, 'dist/kernel/als.wasm')));
    const sections = sectionsOf(bytes);
    const [memory, global, data] = [5, 6, 11];
    expect([memory, global, data].filter(section => sections.includes(section))).toEqual([]);
    // Opcodes of relaxed SIMD follow the prefix fd as a number from 256 on: two bytes, the second of which is 2.
    const relaxed = bytes.findIndex((byte, at) => {
      const [low = 0, high = 0] = bytes.subarray(at + 1, at + 3);
      return byte === 0xfd && low >= 0x80 && low <= 0x94 && high === 2;
    });
    expect(relaxed).toBe(-1);
  });
});

/** Ids of the sections of a module: https://webassembly.github.io/spec/core/binary/modules.html */
function sectionsOf(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at++] ?? 0);
    let [size, shift, byte] = [0, 0, 0x80];
    for (; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) << shift;
    }
    at += size;
  }
  return ids;
}
