/** Rows that move glide from where they were: first, last, invert, play. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const glide: KeyframeAnimationOptions = { duration: 420, easing: 'cubic-bezier(0.2, 0, 0, 1)' };

/** Children are known by `data-key`. Nothing moves for those who asked for less motion. */
export function useGlide(list: RefObject<HTMLElement | null>): void {
  const before = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const now = new Map<string, number>();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const row of list.current?.children ?? []) {
      if (!(row instanceof HTMLElement) || row.dataset['key'] === undefined) continue;
      const top = row.offsetTop;
      now.set(row.dataset['key'], top);
      const was = before.current.get(row.dataset['key']);
      if (was !== undefined && was !== top && !still)
        row.animate([{ transform: `translateY(${was - top}px)` }, { transform: 'none' }], glide);
    }
    before.current = now;
  });
}
