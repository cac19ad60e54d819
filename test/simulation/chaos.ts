/** Decides by chance what goes wrong: crashes, ports that are away before or after their work, workers that stall. */
import { Unavailable } from '../../src/errors.ts';
import type { PortCall } from '../support/ports.ts';
import type { Random } from '../support/random.ts';
import { Crash } from '../support/settle.ts';

/** What has gone wrong so far. */
export interface Toll {
  epochs: number;
  replayed: number;
  crashes: number;
  takeovers: number;
  stalls: number;
  fenced: number;
  faults: number;
  duplicates: number;
  /** Commits that a disk has lost with its machine's power. */
  forgotten: number;
  /** Releases that took the place of the one before. */
  upgrades: number;
  /** Workers that had to leave a task to a former release. */
  refused: number;
}

export const noToll = (): Toll => ({
  epochs: 0,
  replayed: 0,
  crashes: 0,
  takeovers: 0,
  stalls: 0,
  fenced: 0,
  faults: 0,
  duplicates: 0,
  forgotten: 0,
  upgrades: 0,
  refused: 0,
});

/** How often, of all the calls of ports and of all the moments of epochs. */
const likelihood = { crash: 0.003, fault: 0.01, stall: 0.002 };

export class Chaos {
  readonly toll: Toll;
  /** Nothing goes wrong any more. */
  calm = false;
  readonly #random: Random;
  /** A task crashes at a point of an epoch once at most: else it could go on for ever. */
  readonly #crashed = new Set<string>();

  constructor(random: Random, toll: Toll) {
    this.#random = random;
    this.toll = toll;
  }

  /** Between two steps of an epoch a process can only die. */
  moment(point: string): void {
    if (this.calm || !this.#random.chance(likelihood.crash) || this.#crashed.has(point)) return;
    this.#crashed.add(point);
    throw new Crash(point);
  }

  /** Around the call of a port it can die, find the port away (the work done or not), or stall until it is let go on. */
  async call<R>(call: PortCall, work: () => Promise<R>, stall: () => Promise<void>): Promise<R> {
    await this.#mishap(`before ${call}`, stall);
    const result = await work();
    await this.#mishap(`after ${call}`, stall);
    return result;
  }

  /** A local transaction is made or not, and answers at once. */
  commit(): void {
    const roll = this.calm ? 1 : this.#random.unit();
    if (roll < likelihood.crash) throw new Crash('commit');
    if (roll < likelihood.crash + likelihood.fault) this.#away('commit');
  }

  async #mishap(where: string, stall: () => Promise<void>): Promise<void> {
    const { crash, fault } = likelihood;
    const roll = this.calm ? 1 : this.#random.unit();
    if (roll < crash) throw new Crash(where);
    if (roll < crash + fault) this.#away(where);
    if (roll < crash + fault + likelihood.stall) {
      this.toll.stalls++;
      await stall();
    }
  }

  #away(where: string): never {
    this.toll.faults++;
    throw new Unavailable(`simulated, ${where}`, 'Wait');
  }
}
