import { factOf } from './fold.ts';
import { byTime, checkInteraction, isDeletion, type Interaction } from './interaction.ts';
import { Prequel } from './prequential.ts';
import { refresh } from './refresh.ts';
import type { ModelState } from './state.ts';
import type { Learnt } from './types.ts';

/**
 * Learns one cut. Sorted first, so the order of arrival is nothing; an event that is known, or older than what is known
 * of its user, item and kind, is no news. Then: fold, solve the touched items, the touched users, and refresh. Items come
 * first because that was as good on validation data as users first, with a tenth fewer rows changed.
 * A cut without news changes nothing, not even the number.
 */
export function learn(state: ModelState, events: readonly Interaction[]): Learnt {
  for (const event of events) checkInteraction(event, state.settings.scale);
  const prequel = new Prequel(state);
  const { noted, news } = noteAll(state, events, prequel);
  const saturations = news === 0 ? 0 : solveTouched(state, touchedBy(state, noted), news);
  if (news > 0) state.number++;
  return learntBy(state, { events: news, prequential: prequel.figures, saturations });
}

/** Takes the facts of a cut in, as `learn` does, and solves nothing: a training follows, from which every row comes. */
export function noteOnly(state: ModelState, events: readonly Interaction[]): Learnt {
  for (const event of events) checkInteraction(event, state.settings.scale);
  const prequel = new Prequel(state);
  const { noted, news } = noteAll(state, events, prequel);
  touchedBy(state, noted);
  if (news > 0) state.number++;
  return learntBy(state, { events: news, prequential: prequel.figures, saturations: 0 });
}

function noteAll(state: ModelState, events: readonly Interaction[], prequel: Prequel) {
  const noted = new Set<number>();
  let news = 0;
  for (const event of events.toSorted(byTime)) {
    if (!note(state, event, prequel, noted)) continue;
    state.time = Math.max(state.time, event.time);
    news++;
  }
  return { noted, news };
}

/** What changed since the last call, with the figures of what changed it. */
export function learntBy(state: ModelState, figures: Pick<Learnt, 'events' | 'prequential' | 'saturations'>): Learnt {
  const { generation, number, users, items } = state;
  const version = { generation, number };
  return { version, users: state.takeChanged(users), items: state.takeChanged(items), ...figures };
}

function note(state: ModelState, event: Interaction, prequel: Prequel, noted: Set<number>): boolean {
  const { kind, value } = event;
  const user = state.users.add(event.userId);
  const item = state.items.add(event.itemId);
  state.cold.meet(item);
  prequel.meet(user, item);
  const pair = state.pairs.of(user, item);
  if (!state.pairs.note(pair, kind, factOf(event))) return false;
  if (kind === 'rating' && !isDeletion(event)) prequel.score(user, item, value);
  noted.add(pair);
  state.dirtyHistories.add(user);
  return true;
}

type Touched = { readonly users: Set<number>; readonly items: Set<number> };

/** Folds what was noted and what aged; a row is touched if a weight or a rating of its changed. */
function touchedBy(state: ModelState, noted: Set<number>): Touched {
  const touched = { users: new Set<number>(), items: new Set<number>() };
  for (const pair of state.refold(new Set([...noted, ...state.pairs.aged(state.time)]))) {
    touched.users.add(state.pairs.userOf(pair));
    touched.items.add(state.pairs.itemOf(pair));
  }
  for (const row of touched.users) state.users.touch(row, state.base);
  for (const row of touched.items) state.items.touch(row, state.base);
  return touched;
}

function solveTouched(state: ModelState, { users, items }: Touched, news: number): number {
  const saturations = state.solve(state.items, items) + state.solve(state.users, users);
  return saturations + refresh(state, news);
}
