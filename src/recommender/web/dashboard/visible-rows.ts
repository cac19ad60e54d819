/** Which rows of a list are on the screen. */
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Half of a row is enough to read its title. */
const threshold = 0.5;

/** Tells how many rows, from the first, are on the screen: at first, and whenever that changes; `key` names the list. */
export function useVisibleRows(list: RefObject<HTMLElement | null>, key: string, tell: (rows: number) => void): void {
  useEffect(() => {
    const rows = [...(list.current?.children ?? [])];
    const visible = new Set<Element>();
    const observer = new IntersectionObserver(
      changes => {
        for (const { target, isIntersecting } of changes)
          if (isIntersecting) visible.add(target);
          else visible.delete(target);
        const missing = rows.findIndex(row => !visible.has(row));
        tell(missing === -1 ? rows.length : missing);
      },
      { threshold },
    );
    for (const row of rows) observer.observe(row);
    return () => {
      observer.disconnect();
      tell(0);
    };
  }, [key]);
}
