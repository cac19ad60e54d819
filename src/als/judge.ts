import { factOf, replaces } from './fold.ts';
import { isDeletion, type Interaction } from './interaction.ts';
import { starsOf } from './prequential.ts';
import type { Side } from './side.ts';
import type { ModelState } from './state.ts';
import type { Prequential } from './types.ts';

const noSums = () => ({ count: 0, squared: 0, absolute: 0 });

/**
 * Estimates the ratings among some events, each id once, with the model as it stands: it was published when they came.
 * What is older than the fact that is known of its user and item is passed over, since it will not be learnt. A user or
 * item of which nothing is known is cold, and its estimate what the other side alone says.
 */
export function judge(state: ModelState, events: readonly Interaction[]): Prequential {
  const [warm, cold] = [noSums(), noSums()];
  for (const event of events) {
    if (event.kind !== 'rating' || isDeletion(event)) continue;
    if (!isNews(state, event)) continue;
    const [user, item] = [knownRow(state.users, event.userId), knownRow(state.items, event.itemId)];
    const error = starsOf(state, [user, item]) - event.value;
    const sums = user !== undefined && item !== undefined ? warm : cold;
    sums.count++;
    sums.squared += error * error;
    sums.absolute += Math.abs(error);
  }
  return { warm, cold };
}

/** Whether it would be learnt: it replaces what is known of its user, item and kind. */
export function isNews(state: ModelState, event: Interaction): boolean {
  const [user, item] = [knownRow(state.users, event.userId), knownRow(state.items, event.itemId)];
  if (user === undefined || item === undefined) return true;
  const pair = state.pairs.find(user, item);
  return pair === undefined || replaces(factOf(event), state.pairs.facts(pair)[event.kind]);
}

/** A row that has something to do with anybody. */
function knownRow(side: Side, id: string): number | undefined {
  const row = side.ids.rowOf(id);
  return row === undefined || side.pairs.count(row) === 0 ? undefined : row;
}
