/** The kernel that benchmarks measure. */
import type { Kernel } from '../../../src/als/index.ts';
import { ReferenceKernel } from '../../../src/als/kernel/reference/kernel.ts';

export const kernelOf = (_threads: number): Kernel => new ReferenceKernel();
