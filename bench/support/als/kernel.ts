/** The kernel that benchmarks measure: that of the product. */
import type { Kernel } from '../../../src/als/index.ts';
import { openKernel } from '../../../src/als/kernel/open.ts';

export const kernelOf = (threads: number): Kernel => openKernel({ threads });
