/** The bar at the top: whose list it is, whether the page is connected, and the theme. */
import type { ThemeStore } from '../components/theme.ts';
import { ConnectionState } from './connection-state.tsx';
import type { Dashboard } from './store.ts';
import { UserPicker } from './user-picker.tsx';

export const Head = ({ dashboard }: { readonly dashboard: Dashboard }) => (
  <header class="head">
    <div class="head-inner">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 20" aria-hidden="true">
          <path d="M2 6c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0M2 15c4.7-4.5 9.3-4.5 14 0s9.3 4.5 14 0" />
        </svg>
        Millrace
      </a>
      <UserPicker dashboard={dashboard} />
      <ConnectionState live={dashboard.live} time={dashboard.time.value} />
      <ThemeToggle store={dashboard.theme} />
    </div>
  </header>
);

function ThemeToggle({ store }: { readonly store: ThemeStore }) {
  const dark = store.theme.value === 'dark';
  return (
    <button
      type="button"
      class="theme-toggle"
      aria-pressed={dark}
      aria-label="Dark theme"
      onClick={() => store.toggle()}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {dark ? (
          <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
        ) : (
          <path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6l1.5 1.5m9.8 9.8l1.5 1.5m0-12.8l-1.5 1.5m-9.8 9.8l-1.5 1.5M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z" />
        )}
      </svg>
    </button>
  );
}
