/** What a thread really holds: its heap in use just after the last full collection. All else may be garbage. */
import { constants, PerformanceObserver } from 'node:perf_hooks';

export interface LiveHeap extends Disposable {
  /** Undefined before the first full collection. */
  readonly bytes: number | undefined;
}

/** Of this thread, from here on. */
export function watchLiveHeap(): LiveHeap {
  let bytes: number | undefined;
  const observer = new PerformanceObserver(list => {
    if (list.getEntries().some(isFull)) bytes = process.memoryUsage().heapUsed;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    get bytes() {
      return bytes;
    },
    [Symbol.dispose]: () => observer.disconnect(),
  };
}

const isFull = (entry: object): boolean => {
  const detail: unknown = Reflect.get(entry, 'detail');
  return (
    typeof detail === 'object' &&
    detail !== null &&
    'kind' in detail &&
    detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
  );
};
