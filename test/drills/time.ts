/** Time that passes for a log on which nothing runs. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Ports } from '../../src/app/compose.ts';
import type { Stage } from './stage.ts';

/** Makes records of the embedded log older by `by_ms`: all of them, or those that are older than `olderThan_ms` now. */
export function age({ data }: Pick<Stage, 'data'>, by_ms: number, olderThan_ms = 0): void {
  using log = new DatabaseSync(join(data, 'log.db'));
  const aged = log
    .prepare('UPDATE batches SET appended_at = appended_at - ? WHERE appended_at < ?')
    .run(by_ms, Date.now() - olderThan_ms);
  if (aged.changes === 0) throw new Error('The log holds nothing that could be older');
}

/** Whether retention has removed something of each of these topics that holds anything. */
export async function goneBefore({ transport }: Ports, topics: readonly string[]): Promise<boolean> {
  for (const topic of topics) {
    for (let partition = 0; partition < (await transport.partitions(topic)); partition++) {
      const { start, end } = await transport.bounds({ topic, partition });
      if (start === 0 && end > 0) return false;
    }
  }
  return true;
}
