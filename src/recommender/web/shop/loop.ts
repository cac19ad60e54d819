/** The way of one order from the shop's page through the model and back to it, as far as it has come. Pure. */
import type { Progress } from '../../api/client/shop.ts';

export const steps = [
  { id: 'stored', name: 'Order stored', meaning: 'The order is in the documents' },
  { id: 'read', name: 'Change feed read', meaning: 'Its lines are events in the log' },
  { id: 'learnt', name: 'Model has learnt', meaning: 'A published version of the model knows them' },
  { id: 'written', name: 'List written', meaning: 'Your vector and your list are in the documents' },
  { id: 'shown', name: 'Shown here', meaning: 'The page shows that list' },
] as const;
export type StepId = (typeof steps)[number]['id'];

export interface Loop {
  readonly orderId: string;
  /** What was done: the first of the steps stores it. */
  readonly what: string;
  /** When it was asked for, milliseconds since 1970. */
  readonly beganAt: number;
  /** When each step was seen to be done. */
  readonly done: Readonly<Partial<Record<StepId, number>>>;
  /** Why it will not go on. */
  readonly failure: string | undefined;
}

export const begun = (orderId: string, what: string, beganAt: number): Loop => ({
  orderId,
  what,
  beganAt,
  done: {},
  failure: undefined,
});

/** A step that is done makes those before it done, too: they were, only nobody looked. */
export function reached(loop: Loop, step: StepId, at: number): Loop {
  const done: Partial<Record<StepId, number>> = { ...loop.done };
  for (const { id } of steps) {
    done[id] ??= at;
    if (id === step) break;
  }
  return { ...loop, done };
}

/**
 * How far an answer of the server says that it has come. A version is published when its vectors are written; the list
 * follows, and is of that vector's version or a later one.
 */
export function heard(loop: Loop, { offset, learnt, vectorOf, listOf }: Progress, at: number): Loop {
  if (learnt) return reached(loop, isAtLeast(listOf, vectorOf) ? 'written' : 'learnt', at);
  return offset === null ? loop : reached(loop, 'read', at);
}

/** Versions are `generation.number`. */
function isAtLeast(version: string | null, other: string | null): boolean {
  if (version === null || other === null) return false;
  const [generation = 0, number = 0] = version.split('.').map(Number);
  const [otherGeneration = 0, otherNumber = 0] = other.split('.').map(Number);
  return generation > otherGeneration || (generation === otherGeneration && number >= otherNumber);
}

export const isOver = ({ done, failure }: Loop): boolean => done.shown !== undefined || failure !== undefined;

/** Milliseconds from the beginning to a step; undefined while it is not done. */
export const latencyOf = ({ beganAt, done }: Loop, step: StepId): number | undefined => {
  const at = done[step];
  return at === undefined ? undefined : Math.max(0, at - beganAt);
};
