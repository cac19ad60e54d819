import type { ContainerClient } from '@azure/storage-blob';
import { Unavailable } from '../../errors.ts';
import { asPortError, hasNoContainer, isNotThere, isTaken } from './failures.ts';

/** Does one operation within its time, and throws what the port says of its errors; `isTaken` and `isNotThere` pass. */
export type Call = <T>(work: (abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

export interface CallOptions {
  readonly timeoutMs: number;
  /** Create the container where an operation finds that there is none. */
  readonly createContainer: boolean;
}

export function callsTo(container: ContainerClient, { timeoutMs, createContainer }: CallOptions): Call {
  // Without the query, which may hold a key.
  const [where = ''] = container.url.split('?');

  return async work => {
    try {
      return await withContainer(work);
    } catch (error) {
      throw isTaken(error) || isNotThere(error) ? error : asPortError(error, where);
    }
  };

  async function withContainer<T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await inTime(work);
    } catch (error) {
      if (!createContainer || !hasNoContainer(error)) throw error;
      await inTime(abortSignal => container.createIfNotExists({ abortSignal }));
      return inTime(work);
    }
  }

  async function inTime<T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await work(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Unavailable(`The container ${where} did not answer within ${timeoutMs} ms`, 'It is tried again');
    }
  }
}
