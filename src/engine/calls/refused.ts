import { BuildError } from '../errors.ts';
import type { TaskRuntime } from '../runtime.ts';
import { type Edge, nodesBefore } from '../trail.ts';
import { AsyncStep } from './async-step.ts';

/** These emit only what the record under the cursor has given. All others may emit at a timer, or at the end of an epoch. */
const ofRecords: ReadonlySet<string> = new Set(['async', 'distinct', 'inner join', 'keyed', 'rate drop']);

/** Work that fails on a value which comes of no record leaves none that could be a dead letter: it has to say what then. */
export function refuseSilentFailures(task: TaskRuntime, edges: readonly Edge[]): void {
  for (const [name, step] of task.steps) {
    if (!(step instanceof AsyncStep) || step.tellsFailures) continue;
    const before = nodesBefore(edges, `step:${name}`);
    const apart = [...task.steps].find(([other, { kind }]) => before.has(`step:${other}`) && !ofRecords.has(kind));
    if (apart === undefined) continue;
    throw new BuildError(
      `Topology '${task.topology}': the asynchronous step '${name}' follows the ${apart[1].kind} step '${apart[0]}', whose values come of no record that could be a dead letter`,
      "Say with its option 'failed' which sink takes the values whose work fails",
    );
  }
}
