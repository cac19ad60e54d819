import type { Kernel } from './kernel.ts';
import { WasmKernel } from './wasm/kernel.ts';

/**
 * Opens the kernel that models work with: WebAssembly, on the caller's thread and `threads` - 1 others. With others a
 * call blocks its thread until all are done; dispose of the kernel to end them.
 * @throws {KernelMissing} where it has not been built
 * @throws {RangeError} if threads are not 1 to 64
 */
export function openKernel({ threads = 1 }: { readonly threads?: number } = {}): Kernel {
  return new WasmKernel({ threads });
}
