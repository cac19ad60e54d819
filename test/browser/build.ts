/** The tests of the pages see the pages as their sources are now, built as they are shipped. */
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';

/** Vitest's own NODE_ENV, `test`, would make Vite build for debugging: a fifth larger than what anybody gets. */
const shipped = ['NODE_ENV=production', 'vite', 'build'];

export default async function build(): Promise<void> {
  for (const mode of [[], ['--mode', 'shop']]) {
    const { status, output } = await run({
      command: 'env',
      given: [...shipped, ...mode],
      folder: root,
      limit_ms: 120_000,
    });
    if (status !== 0) throw new Error(`The pages cannot be built:\n${output}`);
  }
}
