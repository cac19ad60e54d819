import { readFileSync } from 'node:fs';
import { KernelMissing } from '../../errors.ts';
import { webAssembly, type WasmModule } from '../web-assembly.ts';

/** In dist, which is beside src in a checkout and around it in a package. */
const file = new URL(
  import.meta.url.endsWith('.ts') ? '../../../../dist/kernel/als.wasm' : '../../../../kernel/als.wasm',
  import.meta.url,
);

/** Compiled once in a process: a kernel of its own memory is then made in well under a millisecond. */
let compiled: WasmModule | undefined;

/** @throws {KernelMissing} where nothing has been built */
export function kernelModule(): WasmModule {
  compiled ??= new webAssembly.Module(read(file));
  return compiled;
}

export function read(from: URL): Uint8Array {
  try {
    return readFileSync(from);
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') throw new KernelMissing(from);
    throw error;
  }
}
