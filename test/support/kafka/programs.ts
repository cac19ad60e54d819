/** Programs of the machine that the tests of Kafka need. */
import { root } from '../../../scripts/results.ts';
import { run } from '../../../scripts/run.ts';

export async function succeed(command: string, ...given: string[]): Promise<void> {
  const { status, output } = await run({ command, given, folder: root, limit_ms: 300_000 });
  if (status !== 0) throw new Error(`${command} ${given.join(' ')} ended with ${status}:\n${output}`);
}

/** Undefined where there is no such program, or where it fails or does not answer. */
export async function answer(command: string, ...given: string[]): Promise<string | undefined> {
  try {
    const { status, output } = await run({ command, given, folder: root, limit_ms: 10_000 });
    return status === 0 ? output : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
