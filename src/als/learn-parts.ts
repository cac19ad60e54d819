import { checkInteraction, type Interaction } from './interaction.ts';
import type { Parts } from './parts.ts';
import type { ModelState } from './state.ts';
import type { Errors, Learnt, Prequential } from './types.ts';

/** What a model of one part says of itself, and one of several of each. */
export type OfPart = Omit<Learnt, 'version'>;

/**
 * Does with each part what is about its own events. All are checked first, so that a bad one is refused before any part
 * has learnt. @throws {InvalidInteraction}
 */
export function workByPart<T>(
  parts: Parts,
  events: readonly Interaction[],
  take: (part: string) => ModelState,
  work: (state: ModelState, own: readonly Interaction[]) => T,
): readonly T[] {
  const groups = Map.groupBy(events, ({ userId }) => parts.partOf(userId));
  const [only] = groups.keys();
  if (groups.size <= 1) return [work(take(only ?? ''), events)];
  for (const event of events) checkInteraction(event, parts.first.settings.scale);
  return [...groups].map(([part, own]) => work(take(part), own));
}

/** What several parts have learnt, as one. */
export function together(learnt: readonly OfPart[]): OfPart {
  const [first, ...others] = learnt;
  if (first !== undefined && others.length === 0) return first;
  return {
    users: learnt.flatMap(({ users }) => users).sort(),
    items: learnt.flatMap(({ items }) => items).sort(),
    events: sumOf(learnt, ({ events }) => events),
    saturations: sumOf(learnt, ({ saturations }) => saturations),
    prequential: judgedTogether(learnt.map(({ prequential }) => prequential)),
  };
}

export const judgedTogether = (judged: readonly Prequential[]): Prequential => ({
  warm: errorsTogether(judged.map(({ warm }) => warm)),
  cold: errorsTogether(judged.map(({ cold }) => cold)),
});

const errorsTogether = (errors: readonly Errors[]): Errors => ({
  count: sumOf(errors, ({ count }) => count),
  squared: sumOf(errors, ({ squared }) => squared),
  absolute: sumOf(errors, ({ absolute }) => absolute),
});

export const sumOf = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0);
