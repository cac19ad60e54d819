/** A log for those who have no engine that waits for them: what may pass is tried again for a while. */
import { Unavailable } from '../errors.ts';
import type { Millis } from '../stream/time.ts';
import type { Transport } from './port.ts';

export interface Patience {
  /** How long something is tried again before whoever asked is told. */
  readonly patience: Millis;
  readonly now: () => Millis;
  readonly pause: (duration: Millis) => Promise<void>;
  /** Resolves when a call has had its time, or when it is not needed any more: a silent broker is as good as none. */
  readonly overdue: (duration: Millis, signal: AbortSignal) => Promise<void>;
  /** Told once of each call that has to wait. */
  readonly onWait: (error: Unavailable) => void;
}

const firstPause: Millis = 50;
const longestPause: Millis = 1_000;

/** Appends may come twice, as with everybody who tries again; `grown` and `close` wait for nobody. */
export function patient(log: Transport, { patience, now, pause, overdue, onWait }: Patience): Transport {
  const inTime = async <R>(call: Promise<R>): Promise<R> => {
    const over = new AbortController();
    const late = overdue(patience, over.signal).then((): never => {
      throw new Unavailable(`The log has not answered within ${patience} ms`, 'See that its brokers run and answer');
    });
    try {
      return await Promise.race([call, late]);
    } finally {
      over.abort();
    }
  };
  const attempt = async <R>(work: () => Promise<R>): Promise<R> => {
    const until = now() + patience;
    for (let wait = firstPause, told = false; ; wait = Math.min(wait * 2, longestPause)) {
      try {
        return await inTime(work());
      } catch (error) {
        if (!(error instanceof Unavailable) || now() + wait > until) throw error;
        if (!told) onWait(error);
        told = true;
        await pause(wait);
      }
    }
  };
  return {
    createTopic: (topic, options) => attempt(() => log.createTopic(topic, options)),
    deleteTopic: topic => attempt(() => log.deleteTopic(topic)),
    topics: () => attempt(() => log.topics()),
    partitions: topic => attempt(() => log.partitions(topic)),
    bounds: at => attempt(() => log.bounds(at)),
    offsetAt: (at, time) => attempt(() => log.offsetAt(at, time)),
    read: request => attempt(() => log.read(request)),
    append: appends => attempt(() => log.append(appends)),
    grown: (past, signal) => log.grown(past, signal),
    commit: (group, offsets) => attempt(() => log.commit(group, offsets)),
    committed: group => attempt(() => log.committed(group)),
    applyRetention: time => attempt(() => log.applyRetention(time)),
    close: () => log.close(),
  };
}
