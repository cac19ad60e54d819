/** The bar at the top: whose list it is, whether the page is connected, and the theme. */
import { ConnectionState } from '../components/connection-state.tsx';
import { ThemeToggle } from '../components/theme-toggle.tsx';
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
