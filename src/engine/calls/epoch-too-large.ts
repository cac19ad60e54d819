/** The results of an epoch take more of the journal than a plan may: it has to be a smaller one. Never leaves the engine. */
import { TaskStopped } from '../errors.ts';
import type { Plan, Skip, Span } from '../plan.ts';
import type { TaskRuntime } from '../runtime.ts';

export class EpochTooLarge extends Error {
  /** The first value whose result found no room, if a record gave it. */
  readonly place: Omit<Skip, 'reason'> | undefined;
  constructor(step: string, most: number, place: Omit<Skip, 'reason'> | undefined) {
    super(`the results of '${step}' take more than the ${most} bytes that a plan has for them`);
    this.place = place;
  }
}

/** Only what a plan keeps of a place. */
export const skipOf = ({ stream, partition, offset }: Omit<Skip, 'reason'>): Omit<Skip, 'reason'> => ({
  stream,
  partition,
  offset,
});

/** Neither a smaller plan nor a skipped record can help. */
export const tooLargeForGood = (task: TaskRuntime, { message }: EpochTooLarge): TaskStopped =>
  new TaskStopped(
    `${task.id}: ${message}, and epoch ${task.epoch} cannot read less`,
    'Answer the names of what is large, kept elsewhere, or say that the work is `repeatable`',
  );

/**
 * The plan of the first half of what it reads, in the order in which it is pushed. Nothing of it was emitted, so it may
 * be replaced. Undefined where it reads no more than one offset, or what another stream's cut names, which is one whole.
 */
export function halved(plan: Plan): Plan | undefined {
  const total = plan.spans.reduce((sum, { from, to }) => sum + to - from, 0);
  if (total < 2 || plan.spans.some(({ only }) => only !== undefined)) return undefined;
  const spans: Span[] = [];
  let left = Math.floor(total / 2);
  for (const span of plan.spans) {
    if (left === 0) break;
    const taken = Math.min(left, span.to - span.from);
    spans.push({ ...span, to: span.from + taken });
    left -= taken;
  }
  const isRead = ({ stream, partition, offset }: Skip): boolean =>
    spans.some(span => span.stream === stream && span.partition === partition && offset < span.to);
  return { ...plan, spans, skip: plan.skip.filter(isRead), caughtUp: false };
}
