/** Chooses between the light and the dark theme. */
import type { ThemeStore } from './theme.ts';

export function ThemeToggle({ store }: { readonly store: ThemeStore }) {
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
