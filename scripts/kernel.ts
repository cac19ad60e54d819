// The WebAssembly kernel, from src/als/kernel/assembly to dist/kernel: node scripts/kernel.ts build|check
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, ensureKernel, kernelFile } from './kernel/build.ts';

async function build(): Promise<number> {
  await ensureKernel();
  return 0;
}

/** The compiler answers the same bytes every time, so other bytes are those of other sources. */
async function check(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kernel-'));
  try {
    const fresh = join(folder, 'als.wasm');
    await buildKernel(fresh);
    if ((await readFile(fresh)).equals(await readFile(kernelFile))) return 0;
    console.error(`${kernelFile} is not what its sources say: npm run build:kernel`);
    return 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [name = ''] = process.argv.slice(2);
const command = new Map([
  ['build', build],
  ['check', check],
]).get(name);
if (command === undefined) console.error('Say what to do: node scripts/kernel.ts build|check');
process.exitCode = command === undefined ? 2 : await command();
