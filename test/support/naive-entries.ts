/** Entries by definition: a plain list of all that was set, with its end. */
export interface Naive<V> {
  set(id: string, value: V, expiry: number): void;
  remove(id: string): void;
  /** What is not over, in the order of UTF-8 bytes. */
  at(now: number): (readonly [id: string, value: V])[];
  copy(): Naive<V>;
}

export function naiveEntries<V>(held: readonly { id: string; value: V; expiry: number }[] = []): Naive<V> {
  let all = [...held];
  return {
    set(id, value, expiry) {
      all = [...all.filter(other => other.id !== id), { id, value, expiry }];
    },
    remove(id) {
      all = all.filter(other => other.id !== id);
    },
    at: now =>
      all
        .filter(({ expiry }) => expiry > now)
        .map(({ id, value }) => [id, value] as const)
        .sort(([a], [b]) => byBytes(a, b)),
    copy: () => naiveEntries(all),
  };
}

export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
