import { systemClock } from '../../../src/engine/clock.ts';

/** Looks until it is so; fails where it never was within the deadline. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  deadline_ms = 180_000,
): Promise<void> {
  const deadline = AbortSignal.timeout(deadline_ms);
  while (!(await holds())) {
    if (deadline.aborted) throw new Error(`It never was so: ${what}`);
    await systemClock.sleep(20, deadline);
  }
}
