/** Why a generation is due, if one is: each reason is one line, the most pressing first. */
import { type Control, firstGeneration, hasGrown, owesErasure } from '../domain/control.ts';
import type { Cause } from '../domain/generation-signals.ts';
import { nextAfter } from './schedule.ts';

/** So many times the events of a generation that was made for saturation, before another one is. */
const worthAnother = 1.1;

/** What is known of the live model. */
export interface Situation {
  readonly control: Control;
  /** Whether what is configured makes other vectors than those of the live generation. */
  readonly isReconfigured: boolean;
  /** Whether a shadow has found that it fell behind a retrain. */
  readonly hasDrifted: boolean;
  /** Whether what happens to the model may call for one; an erasure, a schedule and a command always may. */
  readonly automatic: boolean;
  readonly growth: number;
  readonly schedule: string | undefined;
  /** Wall clock. */
  readonly now: number;
  /** Since when a schedule is followed: the process's own start, where nothing was trained yet. */
  readonly since: number;
}

export function dueCause(situation: Situation): Cause | undefined {
  const { control, automatic, schedule, now, since } = situation;
  const { live, learnt } = control;
  if (owesErasure(control)) return 'erasure';
  // What is compared stays as it is, but for what it learns; an erasure may not wait.
  if (control.candidate !== null) return undefined;
  const byItself = automatic && learnt >= firstGeneration ? causeByItself(situation) : undefined;
  if (byItself !== undefined) return byItself;
  if (schedule !== undefined && nextAfter(schedule, Math.max(live.trainedAt, since)) <= now) return 'schedule';
  return undefined;
}

function causeByItself({ control, growth, isReconfigured, hasDrifted }: Situation): Cause | undefined {
  if (callsForCoarser(control)) return 'saturation';
  if (hasGrown(control, control.learnt, { growth, first: firstGeneration })) return 'growth';
  if (isReconfigured) return 'settings';
  return hasDrifted ? 'drift' : undefined;
}

/** Where a coarser grid was no help, the next one waits until there is something new to learn. */
const callsForCoarser = ({ live, learnt }: Control): boolean =>
  live.saturations > 0 && (live.cause !== 'saturation' || learnt >= live.learnt * worthAnother);
