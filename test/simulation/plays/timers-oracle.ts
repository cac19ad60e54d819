/** Which timers fire and when, by their definition, over the whole input: none of the engine's code is used. */
export interface Beat {
  readonly id: number;
  readonly key: string;
  readonly at: number;
}

export interface Fired {
  readonly key: string;
  readonly name: string;
  readonly at: number;
}

/** How long a key may be silent. */
export const wait = 120;

/** The dataflow fails on it, behind what it did to timers. */
export const isPoison = ({ id }: Beat): boolean => id % 40 === 13;

/** What a beat does beside: now and then it sets a timer of its own, and always it deletes that of another beat. */
export function orderOf({ id, at }: Beat): { readonly set: Fired | undefined; readonly drop: string } {
  const number = Math.abs(Math.round(id));
  const set = number % 3 === 0 ? { key: '', name: `once ${number}`, at: at + (number % 70) - 10 } : undefined;
  return { set, drop: `once ${number - 1 - (number % 7)}` };
}

/** Partition by partition, in the order of the log. A beat that fails counts for nothing, not even for event time. */
export function firedOf(sent: readonly Beat[], partitionOf: (beat: Beat) => number, lateness: number): Fired[] {
  const sound = sent.filter(beat => !isPoison(beat));
  return [...Map.groupBy(sound, partitionOf).values()].flatMap(beats => firedIn(beats, lateness));
}

function firedIn(beats: readonly Beat[], lateness: number): Fired[] {
  const told: Fired[] = [];
  let waiting: Fired[] = [];
  const drop = (key: string, name: string): void => {
    waiting = waiting.filter(timer => timer.key !== key || timer.name !== name);
  };
  const set = (timer: Fired): void => {
    drop(timer.key, timer.name);
    waiting.push(timer);
  };
  const fireUpTo = (watermark: number): void => {
    for (;;) {
      const [next] = waiting.filter(({ at }) => at <= watermark).sort(inOrder);
      if (next === undefined) return;
      drop(next.key, next.name);
      told.push(next);
      const then = orderOf({ ...next, id: next.at }).set;
      if (next.name.startsWith('once') && then !== undefined)
        set({ key: next.key, name: `again ${next.name}`, at: then.at });
    }
  };
  let watermark = -Infinity;
  for (const beat of beats) {
    watermark = Math.max(watermark, beat.at - lateness);
    fireUpTo(watermark);
    const { key } = beat;
    set({ key, name: 'silent', at: beat.at + wait });
    const order = orderOf(beat);
    if (order.set !== undefined) set({ ...order.set, key });
    drop(key, order.drop);
    fireUpTo(watermark);
  }
  return told;
}

const inOrder = (a: Fired, b: Fired): number =>
  a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || (a.name < b.name ? -1 : 1);
