/** Windows at fixed places: which begin where, and of which panes, that do not overlap, they consist. */
import type { Millis } from './spec.ts';

/** A pane and a window are named by their first instant. */
export interface Grid {
  /** The pane that a time lies in. */
  paneOf(time: Millis): Millis;
  /** The last window that contains the time. */
  lastWindowOf(time: Millis): Millis;
  /** The first window over a pane that ends after `ended`; the pane may have none. */
  firstWindowOf(pane: Millis, ended: Millis): Millis;
  /** The window after a window. */
  next(window: Millis): Millis;
  /** The first instant after a window. */
  endOf(window: Millis): Millis;
  /** The panes of a window, in order. */
  panesOf(window: Millis): readonly Millis[];
  /** Learns of a pane that was stored. By the rules of this release there may be none at its place: it remains one. */
  keep(pane: Millis): void;
}
