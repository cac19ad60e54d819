import { type Millis, minutes, seconds } from '../stream/time.ts';
import type { GroupStats } from './group-stats.ts';
import { events } from './logging/events.ts';
import type { Logger } from './logging/logger.ts';

/** Whether something is as it should be, and what else there is to say of it; else why not, for whoever looks. */
export type Verdict = { readonly ok: true; readonly why?: string } | { readonly ok: false; readonly why: string };

/** What an orchestrator asks a process. None of them reaches out: a broker that is away is no reason for a restart. */
export interface Health {
  /** State has been restored. */
  startup(): Verdict;
  /** The event loops of the process make progress: this one, which answers, and that of the engine's thread. */
  live(): Verdict;
  /**
   * Tasks are assigned and restored: requests may come. Who waits for another release to go is ready, and says for which:
   * an update that replaces workers one by one would else never come to the last of the former release.
   */
  ready(): Verdict;
}

/** Of an engine, what says whether it makes progress. */
export interface LookedAt {
  readonly groups: readonly GroupStats[];
  /** How long its thread has not told how it stands, which it does many times a second; 0 while it may be busy with its state. */
  silentFor(): Millis;
}

/**
 * No step of a topology and no look at the disk takes the engine's thread so long that it could not say a word in between:
 * a function that goes on for ever does. Three of the orchestrator's looks fit into it.
 */
export const longestSilence = minutes(1);

export interface HealthParts {
  /** Aborts where the process stops: it takes no requests any more, and is no less alive for finishing its work. */
  readonly signal: AbortSignal;
  /** The engine of the process; undefined where it has none. */
  readonly engine: LookedAt | undefined;
  /** True from the beginning where absent: the process listens only once its state is restored. */
  readonly isRestored?: () => boolean;
  /** Is told why the process is not alive, at each look: who ends it says nothing of it where the lines are. */
  readonly logger: Logger;
}

export function healthOf({ signal, engine, isRestored = () => true, logger }: HealthParts): Health {
  const standing = (): Verdict => {
    const [first] = (engine?.groups ?? []).filter(({ waits }) => waits !== null);
    return first === undefined ? fine : { ok: true, why: `it waits to run ${first.topology}: ${first.waits ?? ''}` };
  };
  const startup = (): Verdict => (isRestored() ? standing() : { ok: false, why: 'it restores its tasks' });
  const live = (): Verdict => {
    const silent = engine?.silentFor() ?? 0;
    if (silent <= longestSilence) return fine;
    logger.log(events.engineSilent, { duration_ms: silent });
    return { ok: false, why: `the thread of its engine has said nothing for ${Math.round(silent / seconds(1))} s` };
  };
  return { startup, live, ready: () => (signal.aborted ? { ok: false, why: 'it is stopping' } : startup()) };
}

const fine: Verdict = { ok: true };
