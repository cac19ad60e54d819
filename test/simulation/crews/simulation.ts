/**
 * The shop run by a fleet, by a seed: workers join, leave, die in the middle of anything, are frozen and given up, and
 * go on as zombies, while words of the groups arrive late and ports fail. In the end the outputs must be those that the
 * orders call for, and the tasks of whoever is left must be shared.
 */
import assert from 'node:assert/strict';
import type { CrewOptions } from '../../../src/engine/crew/options.ts';
import { Unavailable } from '../../../src/errors.ts';
import { Fleet, type Hand } from '../../engine/crew/fleet.ts';
import { Ledger } from '../../support/ledger.ts';
import { aroundDocuments, aroundTransport, beforeCommit } from '../../support/ports.ts';
import { Random } from '../../support/random.ts';
import { Crash } from '../../support/settle.ts';
import { type Order, orders, poisonAmount, poisonItem, shop } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

export interface Toll {
  turns: number;
  joins: number;
  leaves: number;
  deaths: number;
  frozen: number;
  fenced: number;
  faults: number;
}

const mostWorkers = 4;
const likelihood = { crash: 0.0005, fault: 0.004, stall: 0.0005 };

/** Runs one world for so many turns of workers, drains it, and throws unless its outputs are right. */
export async function simulateCrews(seed: number, turns: number): Promise<Toll> {
  const simulation = await Simulation.begin(seed);
  while (simulation.toll.turns < turns) await simulation.act();
  await simulation.end();
  return simulation.toll;
}

/** A worker, which may stand still in the middle of a call. */
interface Employee {
  readonly hand: Hand;
  turn: Promise<'done' | 'crashed'> | undefined;
  stalled: (() => void) | undefined;
  goOn: (() => void) | undefined;
}

class Simulation {
  readonly toll: Toll = { turns: 0, joins: 0, leaves: 0, deaths: 0, frozen: 0, fenced: 0, faults: 0 };
  readonly #random: Random;
  readonly #fleet: Fleet;
  readonly #ledger = new Ledger();
  readonly #employees = new Map<string, Employee>();
  /** Given up by their groups, and not aware of it. */
  readonly #zombies = new Set<string>();
  #names = 0;
  #calm = false;

  private constructor(random: Random, world: World) {
    this.#random = random;
    this.#fleet = new Fleet(world, id => this.#mortal(id));
  }

  static async begin(seed: number): Promise<Simulation> {
    const random = new Random(seed);
    const world = await World.of(shop, { partitions: () => random.between(1, 4) });
    world.clock.time = 1_700_000_000_000;
    return new Simulation(random, world);
  }

  /** One thing happens. */
  async act(): Promise<void> {
    const random = this.#random;
    const roll = random.unit();
    this.#fleet.world.clock.time += random.below(40);
    const names = [...this.#employees.keys()];
    if (roll < 0.25) await this.#send();
    else if (roll < 0.4) this.#fleet.groups.meet();
    else if (roll < 0.44 || names.length === 0) this.#join();
    else if (roll < 0.46) await this.#leave(random.pick(names));
    else if (roll < 0.48) this.#freeze(random.pick(names));
    else if (roll < 0.52 && this.#zombies.size > 0) this.#hear(random.pick([...this.#zombies]));
    else await this.#turn(random.pick(names));
  }

  /** Everybody is let go on and heard, without any further mishap; then judged. */
  async end(): Promise<void> {
    this.#calm = true;
    if (this.#employees.size === 0) this.#join();
    for (const zombie of this.#zombies) this.#hear(zombie);
    for (let stalled = true; stalled;) {
      stalled = false;
      for (const [id, { goOn }] of this.#employees) {
        if (goOn === undefined) continue;
        stalled = true;
        await this.#turn(id);
      }
    }
    if (this.#employees.size === 0) this.#join();
    const hands = [...this.#employees.values()].map(({ hand }) => hand);
    await this.#fleet.settle(hands);
    const { transport, documents, graph } = this.#fleet.world;
    await this.#ledger.check(transport, documents);
    const tasks = hands.flatMap(({ crew }) => crew.runners.map(({ task }) => task.id));
    const all = graph.topologies.flatMap(({ name, tasks: count }) =>
      Array.from({ length: count }, (_, partition) => `${name}/${partition}`),
    );
    assert.deepEqual(tasks.sort(), all.sort(), 'each task runs once');
    this.toll.fenced += hands.flatMap(({ left }) => left).filter(([, why]) => why.includes('under fence')).length;
    await transport.close();
    await documents.close();
  }

  /** A new worker, or one that comes back to its disk. */
  #join(): void {
    if (this.#employees.size >= mostWorkers) return;
    const former = Array.from({ length: this.#names }, (_, n) => `worker-${n}`).filter(id => !this.#employees.has(id));
    const id = former.length > 0 && this.#random.chance(0.7) ? this.#random.pick(former) : `worker-${this.#names++}`;
    this.toll.joins++;
    this.#employees.set(id, { hand: this.#fleet.hire(id), turn: undefined, stalled: undefined, goOn: undefined });
  }

  async #leave(id: string): Promise<void> {
    const employee = this.#employees.get(id);
    if (employee === undefined || employee.turn !== undefined || this.#zombies.has(id)) return;
    this.toll.leaves++;
    try {
      await this.#unstalled(() => employee.hand.crew.leave());
      this.#employees.delete(id);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#die(id);
    }
  }

  /** The groups hear nothing of it any more and give it up; it may go on. */
  #freeze(id: string): void {
    if (this.#zombies.has(id)) return;
    this.toll.frozen++;
    this.#zombies.add(id);
    this.#fleet.groups.cutOff(id);
    this.#fleet.groups.expire(id);
  }

  #hear(id: string): void {
    const employee = this.#employees.get(id);
    this.#zombies.delete(id);
    if (employee !== undefined) this.#fleet.groups.reconnect(id, employee.hand.seats);
  }

  #die(id: string): void {
    this.toll.deaths++;
    this.#employees.delete(id);
    this.#zombies.delete(id);
    this.#fleet.groups.expire(id);
    this.#fleet.groups.reconnect(id, []);
  }

  async #turn(id: string): Promise<void> {
    const employee = this.#employees.get(id);
    if (employee === undefined) return;
    this.toll.turns++;
    const { promise, resolve } = Promise.withResolvers<'stalled'>();
    employee.stalled = () => resolve('stalled');
    employee.goOn?.();
    employee.goOn = undefined;
    employee.turn ??= this.#work(employee);
    const turn = await Promise.race([employee.turn, promise]);
    if (turn === 'stalled') return;
    employee.turn = undefined;
    if (turn === 'crashed') this.#die(id);
  }

  async #work({ hand }: Employee): Promise<'done' | 'crashed'> {
    try {
      await hand.crew.turn(hand.signal);
      return 'done';
    } catch (error) {
      if (error instanceof Crash) return 'crashed';
      throw error;
    }
  }

  /** What a process does at its end it does without standing still. */
  async #unstalled(work: () => Promise<void>): Promise<void> {
    const calm = this.#calm;
    this.#calm = true;
    await work();
    this.#calm = calm;
  }

  #mortal(id: string): Partial<CrewOptions> {
    const { transport, documents } = this.#fleet.world;
    const around = async <R>(call: string, work: () => Promise<R>): Promise<R> => {
      await this.#mishap(id, `before ${call}`);
      const result = await work();
      await this.#mishap(id, `after ${call}`);
      return result;
    };
    const disk = this.#fleet.diskOf(id).store;
    return {
      transport: aroundTransport(transport, around),
      documents: aroundDocuments(documents, around),
      store: beforeCommit(disk, () => {
        if (!this.#calm && this.#random.chance(likelihood.crash)) throw new Crash('commit');
      }),
    };
  }

  async #mishap(id: string, where: string): Promise<void> {
    if (this.#calm) return;
    const { crash, fault, stall } = likelihood;
    const roll = this.#random.unit();
    if (roll < crash) throw new Crash(where);
    if (roll < crash + fault) {
      this.toll.faults++;
      throw new Unavailable(`simulated, ${where}`, 'Wait');
    }
    if (roll < crash + fault + stall) await this.#stall(id);
  }

  #stall(id: string): Promise<void> {
    const employee = this.#employees.get(id);
    if (employee === undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    employee.goOn = resolve;
    employee.stalled?.();
    return promise;
  }

  async #send(): Promise<void> {
    const some = Array.from({ length: this.#random.between(1, 30) }, (_, index) => this.#order(index));
    this.#ledger.sent.push(...some);
    await this.#fleet.world.send(orders, ...some);
  }

  #order(index: number): Order {
    const random = this.#random;
    return {
      id: this.#ledger.sent.length + index,
      customer: `customer-${random.below(9)}`,
      item: random.chance(0.02) ? poisonItem : `item-${'x'.repeat(random.below(9))}`,
      amount: random.chance(0.02) ? poisonAmount : random.between(0, 9),
      at: this.#fleet.world.clock.time - random.below(orders.lateness),
    };
  }
}
