import type { Trial } from './trial.ts';

/** How the runbook of an alert is tried. */
export interface Runbook {
  readonly alert: string;
  /** The trouble, in a line. */
  readonly cause: string;
  /** Why it cannot be tried on this machine; undefined where it can. */
  readonly whyNot?: () => string | undefined;
  /** Causes the trouble, follows the page, and asserts that it is over and nothing was lost. */
  readonly try: (trial: Trial) => Promise<void>;
}
