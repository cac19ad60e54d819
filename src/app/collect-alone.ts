/** How a process that serves collects what it has just made and no longer needs. */
import { setFlagsFromString } from 'node:v8';

/**
 * From here on a thread collects its young objects by itself. V8 would share that out to helper threads and wait for all
 * of them: where an engine, or anybody else, has the processors, a helper that gets none keeps the requests waiting for
 * many times as long as the work takes (docs/decisions/0074).
 */
export const collectAlone = (): void => setFlagsFromString('--no-parallel-scavenge');
