/** The tests of the pages see the pages as their sources are now. */
import { root } from '../../scripts/results.ts';
import { run } from '../../scripts/run.ts';

export default async function build(): Promise<void> {
  for (const given of [['build'], ['build', '--mode', 'shop']]) {
    const { status, output } = await run({ command: 'vite', given, folder: root, limit_ms: 120_000 });
    if (status !== 0) throw new Error(`The pages cannot be built:\n${output}`);
  }
}
