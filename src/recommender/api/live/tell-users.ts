/** Telling those who watch a user's list that it has changed; each once also of how it stands. */
import { problemFor } from '../problem.ts';
import type { Watcher, Watchers } from './watchers.ts';

export interface UserWatcher extends Watcher {
  /** Whose list is watched. */
  readonly user: string | undefined;
  /** Whether it has been told how its list stands. */
  isGreeted: boolean;
}

export const usersOf = (watchers: Iterable<UserWatcher>): ReadonlySet<string> =>
  new Set([...watchers].flatMap(({ user }) => user ?? []));

/**
 * A list that cannot be read ends the streams of its user alone: over GET nobody else would hear of it either. What
 * would be answered with 503 is no list's fault but everybody's, and thrown.
 */
export async function tellUsers<W extends UserWatcher>(
  watchers: Watchers<W>,
  changed: ReadonlySet<string>,
  tell: (watcher: W, user: string) => Promise<void>,
): Promise<void> {
  for (const watcher of watchers.all) {
    const { user, isGreeted } = watcher;
    if (user === undefined || (isGreeted && !changed.has(user))) continue;
    watcher.isGreeted = true;
    try {
      await tell(watcher, user);
    } catch (error) {
      if (problemFor(error).status === 503) throw error;
      watchers.end(other => other.user === user, error);
    }
  }
}
