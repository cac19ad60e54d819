import type { Kernel } from '../../../src/als/kernel/kernel.ts';
import { openKernel } from '../../../src/als/kernel/open.ts';
import { ReferenceKernel } from '../../../src/als/kernel/reference/kernel.ts';

/** Every implementation: each passes every test of this folder. */
export const kernels: readonly (readonly [name: string, open: () => Kernel])[] = [
  ['reference', () => new ReferenceKernel()],
  ['wasm, one thread', () => openKernel()],
  ['wasm, two threads', () => openKernel({ threads: 2 })],
];
