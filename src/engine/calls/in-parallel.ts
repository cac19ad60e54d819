/**
 * Works on values in their order, so many at a time: one worker takes the next value when it is free. After `false`
 * nobody takes another; rejects once all have come to an end, with the first rejection.
 */
export async function inParallel<T>(
  values: readonly T[],
  concurrency: number,
  work: (value: T, index: number) => Promise<boolean>,
): Promise<void> {
  const queue = values.entries();
  let goesOn = true;
  const worker = async (): Promise<void> => {
    try {
      for (const [index, value] of queue) {
        if (!(await work(value, index))) goesOn = false;
        if (!goesOn) return;
      }
    } catch (error) {
      goesOn = false;
      throw error;
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, values.length) }, worker);
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
