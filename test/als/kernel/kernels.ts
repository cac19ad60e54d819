import type { Kernel } from '../../../src/als/kernel/kernel.ts';
import { ReferenceKernel } from '../../../src/als/kernel/reference/kernel.ts';

/** Every implementation: each passes every test of this folder. */
export const kernels: readonly (readonly [name: string, open: () => Kernel])[] = [
  ['reference', () => new ReferenceKernel()],
];
