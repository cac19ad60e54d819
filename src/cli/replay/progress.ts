/** The line on standard error that tells how a replay goes: how far, how fast, how long yet. */
import { seconds, type Millis } from '../../stream/time.ts';
import type { Reached } from './goals.ts';

/** The rate is that of the last while: a replay is faster at its beginning, and what is left goes as it goes now. */
const within = seconds(10);

interface Sample {
  readonly at: Millis;
  readonly done: number;
}

export class ReplayProgress {
  readonly #name: string;
  #samples: readonly Sample[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** The line for what has been reached by then. */
  line({ done, total }: Reached, at: Millis): string {
    const last = this.#samples.filter(sample => sample.at >= at - within);
    this.#samples = [...last, { at, done }];
    const [first] = last;
    const rate = first === undefined || at === first.at ? null : ((done - first.done) * 1_000) / (at - first.at);
    const percent = total === 0 ? 100 : Math.floor((done * 1_000) / total) / 10;
    return [
      `replay ${this.#name}: ${done} of ${total} records (${percent.toFixed(1)} %)`,
      ...(rate === null ? [] : [`${Math.round(rate)} records/s`]),
      ...(done >= total ? ['finishing'] : rate === null || rate <= 0 ? [] : [`${leftOf((total - done) / rate)} left`]),
    ].join(', ');
  }
}

/** In words, rounded up: nobody minds when it is over a little earlier. */
function leftOf(left_s: number): string {
  const whole = Math.ceil(left_s);
  if (whole < 60) return `about ${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 60 ? `about ${minutes} min` : `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export interface Shown {
  readonly name: string;
  readonly clock: { now(): Millis };
  readonly reached: () => Promise<Reached>;
  readonly to: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

const every: Millis = seconds(1);

/** Prints a line a second until it is disposed; over one another on a terminal. One look is under way at most. */
export function showReplayProgress({ name, clock, reached, to }: Shown): Disposable {
  const progress = new ReplayProgress(name);
  let [looking, over] = [false, false];
  const show = async (): Promise<void> => {
    const line = await reached().then(
      state => progress.line(state, clock.now()),
      (error: unknown) => `replay ${name}: ${error instanceof Error ? error.message : String(error)}`,
    );
    if (!over) to.write(to.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void show().finally(() => (looking = false));
  }, every);
  return {
    [Symbol.dispose]: () => {
      over = true;
      clearInterval(timer);
      if (to.isTTY) to.write('\r\u001b[2K');
    },
  };
}
