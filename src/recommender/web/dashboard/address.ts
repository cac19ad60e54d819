/** The page's address says whose list is shown: reloading, going back and links keep it. */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Address {
  /** Undefined where the address names nobody. */
  readonly user: ReadonlySignal<string | undefined>;
  /** A choice can be taken back with the browser's button; a default is no step of its own. */
  go(user: string, how: 'choice' | 'default'): void;
  /** Names nobody from then on. */
  leave(): void;
}

export function openAddress(page: Window): Address {
  const user = signal(userIn(page.location.search));
  page.addEventListener('popstate', () => {
    user.value = userIn(page.location.search);
  });
  return {
    user,
    go: (next, how) => {
      const url = `?${new URLSearchParams({ user: next }).toString()}`;
      if (how === 'choice') page.history.pushState(null, '', url);
      else page.history.replaceState(null, '', url);
      user.value = next;
    },
    leave: () => {
      page.history.pushState(null, '', page.location.pathname);
      user.value = undefined;
    },
  };
}

function userIn(search: string): string | undefined {
  const user = new URLSearchParams(search).get('user');
  return user === null || user === '' ? undefined : user;
}
