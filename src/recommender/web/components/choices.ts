/** How a combobox moves through its options: pure, after the pattern of the WAI-ARIA Authoring Practices 1.2. */

export interface Choices {
  readonly open: boolean;
  /** Index of the option that Enter would choose; -1 while none is marked. */
  readonly active: number;
}

export const closed: Choices = { open: false, active: -1 };

/** What a key asks for; undefined leaves the key to the text field. */
export type Move = { readonly to: Choices } | { readonly choose: number } | { readonly clear: true };

/** @param count options that are listed now */
export function moveOf(key: string, { open, active }: Choices, count: number): Move | undefined {
  switch (key) {
    case 'ArrowDown':
      return { to: { open: true, active: open ? wrapped(active + 1, count) : 0 } };
    case 'ArrowUp':
      return { to: { open: true, active: open ? wrapped(active - 1, count) : count - 1 } };
    case 'Enter':
      return open && active >= 0 ? { choose: active } : undefined;
    case 'Escape':
      return open ? { to: closed } : { clear: true };
    default:
      return undefined;
  }
}

/** Past either end comes the other one. */
function wrapped(index: number, count: number): number {
  if (count === 0) return -1;
  return index < 0 ? count - 1 : index % count;
}
