import { firesBefore, type Timer } from './timer.ts';

/** A binary heap of timers in the order in which they fire. What was deleted leaves when its turn comes, or when half is such. */
export class TimerQueue {
  #timers: Timer[] = [];
  #deleted = new Set<Timer>();

  /** The timer that fires next; undefined where there is none. */
  get first(): Timer | undefined {
    for (let first = this.#timers[0]; first !== undefined; first = this.#timers[0]) {
      if (!this.#deleted.delete(first)) return first;
      this.#removeFirst();
    }
    return undefined;
  }

  add(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapped(parent, index)) return;
      index = parent;
    }
  }

  /** Takes out a timer that was added. */
  delete(timer: Timer): void {
    this.#deleted.add(timer);
    if (2 * this.#deleted.size <= this.#timers.length) return;
    this.#timers = this.#timers.filter(one => !this.#deleted.has(one)).sort(firesBefore);
    this.#deleted.clear();
  }

  #removeFirst(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const least = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapped(index, least)) return;
      index = least;
    }
  }

  /** Exchanges the two where the lower one has to fire first; whether it did. */
  #swapped(upper: number, lower: number): boolean {
    const timers = this.#timers;
    const [a, b] = [timers[upper], timers[lower]];
    if (a === undefined || b === undefined || firesBefore(a, b) <= 0) return false;
    timers[upper] = b;
    timers[lower] = a;
    return true;
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#timers[one], this.#timers[other]];
    return a !== undefined && b !== undefined && firesBefore(a, b) < 0;
  }
}
