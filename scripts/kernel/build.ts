import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../results.ts';
import { run } from '../run.ts';

export const kernelFile = join(root, 'dist/kernel/als.wasm');
/** What the file was built from, so that tests need not build it anew each time. */
const stampFile = join(root, 'dist/kernel/als.sources');
const sources = join(root, 'src/als/kernel/assembly');

/** No runtime, no heap, no data of its own: everything lies in the one memory that TypeScript lays out. */
const flags =
  '-O3 --noAssert --runtime stub --disableWarning 112 --importMemory --noExportMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --enable simd --enable threads'.split(
    ' ',
  );

export async function buildKernel(into: string): Promise<void> {
  if (!existsSync(join(root, 'node_modules/.bin/asc')))
    throw new Error('The compiler of the kernel, assemblyscript, is not installed: npm install');
  const given = [join(sources, 'index.as.ts'), '-o', into, ...flags];
  const { status, output } = await run({ command: 'asc', given, folder: root, limit_ms: 120_000 });
  if (status !== 0) throw new Error(`The kernel cannot be built:\n${output}`);
}

/** Builds the kernel if its sources, or how it is built, changed since; whole, also where two processes do it at once. */
export async function ensureKernel(): Promise<void> {
  const stamp = await stampOf();
  if ((await readOr(stampFile)) === stamp && (await readOr(kernelFile)) !== undefined) return;
  await mkdir(dirname(kernelFile), { recursive: true });
  const fresh = `${kernelFile}.${process.pid}`;
  await buildKernel(fresh);
  await rename(fresh, kernelFile);
  await writeFile(stampFile, stamp);
}

async function stampOf(): Promise<string> {
  const hash = createHash('sha256').update(flags.join(' '));
  const paths: string[] = [];
  for await (const path of glob('*.ts', { cwd: sources })) paths.push(path);
  for (const path of paths.sort()) hash.update(`${path}\n`).update(await readFile(join(sources, path)));
  return hash.digest('hex');
}

async function readOr(path: string): Promise<string | undefined> {
  return readFile(path, 'latin1').catch((error: unknown) => {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return undefined;
    throw error;
  });
}
