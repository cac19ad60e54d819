/** A list as it is written, and what is remembered of it. */
import { createHash } from 'node:crypto';
import type { ModelVersion, Recommendation } from '../../../schemas/types.ts';
import type { Scored } from '../../als/index.ts';
import type { Arm } from './arms.ts';
import type { AskedList } from './list-items.ts';
import { ownVersion } from './own-version.ts';
import { isStanding, type Policy, remembered, type Standing, type Stored } from './standing.ts';
import { tenantOf } from './tenant.ts';

/** A user who gets a list, and what it is made from. */
export interface Asked extends AskedList {
  readonly user: string;
  readonly arm: Arm;
}

export interface MadeList {
  readonly list: Recommendation;
  readonly standing: Standing;
}

/** `scored` are the best items, `candidates` of them unless there are no more. */
export function madeList(
  { user, arm, factors }: Asked,
  version: ModelVersion,
  scored: readonly Scored[],
  candidates: number,
): MadeList {
  const { policy, generation, unit } = arm;
  const { number, time } = ownVersion(version, tenantOf(user));
  const items = scored.map(({ itemId, score }) => ({ itemId, score: score / unit, reason: 'personal' as const }));
  const margin = (items[9]?.score ?? 0) - (items[10]?.score ?? 0);
  const next = scored[remembered] ?? (scored.length < candidates ? undefined : scored.at(-1));
  return {
    list: { userId: user, reason: 'personal', policy, generation, number, time, margin, items },
    standing: {
      policy,
      generation,
      number,
      digest: digestOfList(generation, items),
      factors,
      items: scored.slice(0, remembered).map(({ itemId }) => itemId),
      rest: next?.score ?? null,
    },
  };
}

/** What says that a user who is no more has no list any more. */
export const noList = (userId: string, version: ModelVersion): Recommendation => ({
  userId,
  reason: 'personal',
  policy: 'live',
  ...ownVersion(version, tenantOf(userId)),
  margin: 0,
  items: [],
});

/** Whether the list before said the same. Those of the first release name no policy: there was one. */
export function saysTheSame(before: Stored | undefined, { digest, policy }: Standing): boolean {
  if (before === undefined || !('digest' in before) || before.digest !== digest) return false;
  const known: Policy = isStanding(before) ? before.policy : 'live';
  return known === policy;
}

/** Of what a list says: the same items with the same scores by the same generation have the same. */
export const digestOfList = (generation: number, items: Recommendation['items']): string =>
  createHash('sha256')
    .update(JSON.stringify([generation, items]))
    .digest('base64');
