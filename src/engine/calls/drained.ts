/** What the journal keeps of the calls of a step, since nothing else determines it. */
import type { Plan } from '../plan.ts';
import type { Outcome } from './call.ts';

/** Of each value of an epoch, in the order of the values. */
export interface Drained {
  readonly outcomes: readonly Outcome<string>[];
  /** Indices of the values in the order in which they are told; their own where absent. */
  readonly order?: readonly number[] | undefined;
}

/** Undefined where the plan has nothing of the step. */
export function drainedOf(plan: Plan, step: string): Drained | undefined {
  const results = plan.results[step];
  if (results === undefined) return undefined;
  const failed = new Map(plan.failures?.[step]?.map(({ at, reason }) => [at, reason]));
  const outcomes = results.map((result, at) => {
    const failure = failed.get(at);
    return failure === undefined ? { result } : { failure };
  });
  return { outcomes, order: plan.order?.[step] };
}

/** The plan with what has become of the calls. */
export function withDrained(plan: Plan, step: string, { outcomes, order }: Drained): Plan {
  const results = outcomes.map(outcome => ('result' in outcome ? outcome.result : ''));
  const failures = outcomes.flatMap((outcome, at) => ('failure' in outcome ? [{ at, reason: outcome.failure }] : []));
  return {
    ...plan,
    results: { ...plan.results, [step]: results },
    ...(failures.length === 0 ? {} : { failures: { ...plan.failures, [step]: failures } }),
    ...(order === undefined ? {} : { order: { ...plan.order, [step]: [...order] } }),
  };
}

/**
 * Bytes that results may take of a plan, which is one document: Cosmos DB allows 2 MB, and signals, which go first,
 * have their own bound.
 */
export const mostResultBytes = 768 * 1024;

/** Bytes of an outcome in a document that holds the plan as a string: quoted twice. */
export const bytesOf = (outcome: Outcome<string>): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify('result' in outcome ? outcome.result : outcome.failure))) + 8;
