import { MillraceError } from '../../errors.ts';
import { seconds } from '../../stream/time.ts';
import { Interrupted } from '../retry.ts';
import type { RunnerOptions } from '../runner.ts';
import type { Desk } from './desk.ts';

/** How long standbys without news rest. */
const rest = seconds(0.1);

/** The standbys of a process take turns in one loop: together they weigh as much as one task. */
export class Following {
  readonly #desks: readonly Desk[];
  readonly #options: RunnerOptions;
  /** Those that whoever watches takes to be stood by for. */
  readonly #followed = new Set<Desk>();

  constructor(desks: readonly Desk[], options: RunnerOptions) {
    this.#desks = desks;
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) if (!(await this.turn(signal))) await clock.sleep(rest, signal);
  }

  /** A turn of each; answers whether there may be more. */
  async turn(signal: AbortSignal): Promise<boolean> {
    let more = false;
    for (const desk of this.#desks) {
      if (desk.role !== 'standby' || desk.held || signal.aborted) {
        this.#leave(desk);
        continue;
      }
      this.#followed.add(desk);
      more = (await this.#follow(desk, signal)) || more;
      await this.#options.clock.turn();
    }
    return more;
  }

  /** One that is taken over stays with the process: who runs it tells when it goes. */
  #leave(desk: Desk): void {
    if (desk.role === 'standby' || !this.#followed.delete(desk)) return;
    if (desk.role === 'none' && !desk.held) this.#options.observer?.left?.(desk.id, givenElsewhere);
  }

  /** A standby that cannot go on costs nothing but its warmth: it is given up, and whoever watches is told. */
  async #follow(desk: Desk, signal: AbortSignal): Promise<boolean> {
    try {
      return await desk.follow(this.#options, signal);
    } catch (error) {
      if (error instanceof Interrupted) return false;
      if (!(error instanceof MillraceError)) throw error;
      desk.giveUpFollowing();
      this.#followed.delete(desk);
      this.#options.observer?.left?.(desk.id, `stands by no more: ${error.message}`);
      return false;
    }
  }
}

const givenElsewhere = 'the group has it stood by for elsewhere, or nowhere';
