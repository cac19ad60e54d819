import { kinds } from './interaction.ts';
import { learntBy } from './learn.ts';
import { Prequel } from './prequential.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/** Takes users out of the model, and solves the items that they had to do with. */
export function forget(state: ModelState, userIds: Iterable<string>): Learnt {
  const items = new Set<number>();
  let events = 0;
  for (const id of new Set(userIds))
    for (const item of state.forget(id)) {
      items.add(item);
      events++;
    }
  return solved(state, { items, users: [], events });
}

/** Makes what a session did the user's own; of two facts of a kind the newer one stays, as when they are learnt. */
export function alias(state: ModelState, sessionId: string, userId: string): Learnt {
  const { users, pairs } = state;
  const session = users.ids.rowOf(sessionId);
  if (session === undefined || sessionId === userId) return solved(state, { items: [], users: [], events: 0 });
  const history = [...users.pairs.of(session)].map(pair => ({ item: pairs.itemOf(pair), facts: pairs.facts(pair) }));
  const items = state.forget(sessionId);
  const user = users.add(userId);
  const noted: number[] = [];
  for (const { item, facts } of history) {
    const pair = pairs.of(user, item);
    for (const kind of kinds) if (facts[kind] !== undefined) pairs.note(pair, kind, facts[kind]);
    noted.push(pair);
  }
  state.refold(noted);
  state.dirtyHistories.add(user);
  return solved(state, { items, users: [user], events: history.length });
}

type Changed = { readonly users: Iterable<number>; readonly items: Iterable<number>; readonly events: number };

function solved(state: ModelState, { users, items, events }: Changed): Learnt {
  for (const row of users) state.users.touch(row, state.base);
  for (const row of items) state.items.touch(row, state.base);
  const saturations = state.solve(state.items, items) + state.solve(state.users, users);
  if (events > 0) state.number++;
  if (events > 0) state.versionDirty = true;
  return learntBy(state, { events, prequential: new Prequel(state).figures, saturations });
}
