import { repeatOf } from '../../../scripts/figures/benchmarks.ts';
import type { Result } from '../shape.ts';
import { write } from '../write.ts';

/** Writes results that were measured with the arguments that the pages tell; of a trial run nothing stays. */
export function keep(result: Result): void {
  if (result.repeat === repeatOf(result.name)) write(result);
  else console.error(`Not kept: ${result.name} is measured by '${repeatOf(result.name)}'`);
}
