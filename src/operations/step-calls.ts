import type { BreakerState } from '../engine/calls/breaker.ts';
import type { CallCounts } from '../engine/calls/call.ts';
import { AsyncStep } from '../engine/calls/async-step.ts';
import type { TaskRuntime } from '../engine/runtime.ts';

/** What an asynchronous step has called. Plain data: it crosses threads. */
export interface StepCalls extends CallCounts {
  readonly step: string;
  /** Null where the step has none. */
  readonly breaker: BreakerState | null;
}

/** Of every asynchronous step of a task, as it is now. */
export const callsOf = (task: TaskRuntime): readonly StepCalls[] =>
  [...task.steps].flatMap(([name, step]) =>
    step instanceof AsyncStep ? [{ step: name, ...step.counts, breaker: step.breaker ?? null }] : [],
  );
