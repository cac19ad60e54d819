/** Whether a plan fits the task that executes it. */
import { IncompatibleState, LogChanged } from './errors.ts';
import type { Input } from './input.ts';
import type { Span } from './plan.ts';
import type { Position } from './position.ts';
import type { TaskRuntime } from './runtime.ts';

/** The input that a plan names; a plan of another topology throws. */
export function inputOf({ id, inputs }: TaskRuntime, stream: string): Input<unknown> {
  const input = inputs.get(stream);
  if (input !== undefined) return input;
  throw new IncompatibleState(
    `A journalled plan of ${id} reads '${stream}', which the topology does not`,
    'Run the release that wrote it, or backfill into a fresh namespace with `millrace replay --into`',
  );
}

/** A plan goes on exactly where the task stands. */
export function expectStart({ id }: TaskRuntime, span: Span, position: Position): void {
  if (span.only === undefined ? span.from === position.offset : span.from >= position.offset) return;
  throw new LogChanged(
    `${span.stream}/${span.partition}: ${id} stands at offset ${position.offset}, its plan begins at ${span.from}`,
    'The journal and the checkpoint do not belong together: restore both from one backup, or backfill',
  );
}
