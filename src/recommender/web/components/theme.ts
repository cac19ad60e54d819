/** Light or dark: as the system has it until somebody says otherwise, which the browser remembers. */
import { computed, effect, signal } from '@preact/signals';
import { memoryOf } from './memory.ts';

export type Theme = 'light' | 'dark';

const key = 'millrace-theme';

export interface ThemeStore {
  readonly theme: { readonly value: Theme };
  toggle(): void;
}

/** Keeps `data-theme` of the page's root at the theme. */
export function openTheme(page: Window): ThemeStore {
  const dark = page.matchMedia('(prefers-color-scheme: dark)');
  const system = signal<Theme>(dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', ({ matches }) => {
    system.value = matches ? 'dark' : 'light';
  });
  const memory = memoryOf(page, 'localStorage');
  const chosen = signal(asTheme(memory.getItem(key)));
  const theme = computed(() => chosen.value ?? system.value);
  effect(() => {
    page.document.documentElement.dataset['theme'] = theme.value;
  });
  return {
    theme,
    toggle: () => {
      chosen.value = theme.peek() === 'dark' ? 'light' : 'dark';
      memory.setItem(key, chosen.value);
    },
  };
}

const asTheme = (text: string | null): Theme | undefined => (text === 'light' || text === 'dark' ? text : undefined);
