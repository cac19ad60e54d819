/**
 * The shop run by a fleet, by a seed: workers join, leave, die in the middle of anything, are frozen and given up, and
 * go on as zombies, while words of the groups arrive late and ports fail. In the end the outputs must be those that the
 * orders call for, and the tasks of whoever is left must be shared. Where workers are updated, each life of one is of the
 * release that somebody chose for it, forwards or back.
 */
import assert from 'node:assert/strict';
import type { CrewOptions } from '../../../src/engine/crew/options.ts';
import { Unavailable } from '../../../src/errors.ts';
import { IncompatibleState, TaskStopped } from '../../../src/engine/errors.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { Fleet, type Hand } from '../../engine/crew/fleet.ts';
import { Ledger } from '../../support/ledger.ts';
import { aroundDocuments, aroundTransport, beforeCommit } from '../../support/ports.ts';
import { Random } from '../../support/random.ts';
import { Crash } from '../../support/settle.ts';
import { intake, type Order, orders, poisonAmount, poisonItem, shop, stock, tallyAs } from '../../support/shop.ts';
import { World } from '../../support/world.ts';

export interface Toll {
  turns: number;
  joins: number;
  leaves: number;
  deaths: number;
  frozen: number;
  fenced: number;
  faults: number;
  /** Workers of another release than the one whose turn it is, which ended. */
  refused: number;
}

const mostWorkers = 4;
const likelihood = { crash: 0.0005, fault: 0.004, stall: 0.0005 };

const releases = {
  former: shop,
  next: [intake, tallyAs('sums', { renamed: { sales: 'sums' } }), stock],
} as const;
type Release = keyof typeof releases;

/**
 * Runs one world for so many turns of workers, drains it, and throws unless its outputs are right. Where it is updated,
 * that begins somewhere in the middle, and is done in the end.
 */
export async function simulateCrews(seed: number, turns: number, { updated = false } = {}): Promise<Toll> {
  const simulation = await Simulation.begin(seed, updated ? { from: turns / 4 } : undefined);
  while (simulation.toll.turns < turns) await simulation.act();
  await simulation.end();
  return simulation.toll;
}

/** After how many turns of workers those of the next release begin to come. */
interface Update {
  readonly from: number;
}

/** A worker, which may stand still in the middle of a call. */
interface Employee {
  readonly release: Release;
  readonly hand: Hand;
  turn: Promise<Outcome> | undefined;
  stalled: (() => void) | undefined;
  goOn: (() => void) | undefined;
}

type Outcome = 'worked' | 'idle' | 'crashed' | 'refused';

class Simulation {
  readonly toll: Toll = { turns: 0, joins: 0, leaves: 0, deaths: 0, frozen: 0, fenced: 0, faults: 0, refused: 0 };
  readonly #random: Random;
  readonly #update: Update | undefined;
  readonly #graphs: Readonly<Record<Release, Graph>>;
  readonly #fleet: Fleet;
  readonly #ledger = new Ledger();
  readonly #employees = new Map<string, Employee>();
  /** Given up by their groups, and not aware of it. */
  readonly #zombies = new Set<string>();
  #names = 0;
  #hiring: Release = 'former';
  /** Nobody of the former release is left, and all went in order. */
  #isFormerDone = false;
  #calm = false;

  private constructor(random: Random, world: World, graphs: Readonly<Record<Release, Graph>>, update?: Update) {
    this.#random = random;
    this.#graphs = graphs;
    this.#update = update;
    this.#fleet = new Fleet(world, id => this.#mortal(id));
  }

  static async begin(seed: number, update?: Update): Promise<Simulation> {
    const random = new Random(seed);
    const world = await World.of(shop, { partitions: () => random.between(1, 4) });
    world.clock.time = 1_700_000_000_000;
    const counts = new Map<string, number>();
    for (const topic of Graph.streamsOf(shop)) counts.set(topic, await world.transport.partitions(topic));
    const graphs = { former: new Graph(releases.former, counts), next: new Graph(releases.next, counts) };
    return new Simulation(random, world, graphs, update);
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
    else if (roll < 0.445 && this.#update !== undefined) await this.#makeRoom();
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
    await this.#settle();
    if (this.#update !== undefined) await this.#endUpdate();
    const hands = [...this.#employees.values()].map(({ hand }) => hand);
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

  /** As `Fleet.settle`; whoever is refused ends. */
  async #settle(): Promise<void> {
    for (let worked = true; worked;) {
      worked = false;
      while (this.#fleet.groups.meet()) worked = true;
      for (const [id, employee] of this.#employees) {
        const outcome = await this.#work(employee);
        if (outcome === 'refused') await this.#refuse(id);
        worked ||= outcome !== 'idle';
      }
    }
  }

  /**
   * As whoever has the pager does it, where nothing goes wrong any more: the former release ends in order what it has
   * begun, run once more where nobody of it is left, and makes room for the next one.
   */
  async #endUpdate(): Promise<void> {
    for (let tries = 0; ; tries++) {
      assert(tries < 4, 'the next release is refused, whatever the former one has ended');
      const former = [...this.#employees].filter(([, { release }]) => release === 'former');
      const owned = former.flatMap(([, { hand }]) => hand.crew.runners.filter(({ task }) => task.topology === 'tally'));
      const isWhole = owned.length === this.#graphs.former.topologies.find(({ name }) => name === 'tally')?.tasks;
      for (const [id] of former) await this.#leave(id);
      if (this.#employees.size === 0) this.#hire('next');
      await this.#settle();
      if (this.#employees.size > 0) return;
      assert(!isWhole, 'the former release has ended all of it in order, and the next one is refused');
      this.#hire('former');
      await this.#settle();
    }
  }

  /** A new worker, or one that comes back to its disk. */
  #join(): void {
    if (this.#employees.size >= mostWorkers) return;
    const isUpdating = this.#update !== undefined && this.toll.turns >= this.#update.from;
    this.#hire(isUpdating && this.#random.chance(0.75) ? 'next' : 'former');
  }

  #hire(release: Release): void {
    const former = Array.from({ length: this.#names }, (_, n) => `worker-${n}`).filter(id => !this.#employees.has(id));
    const id = former.length > 0 && this.#random.chance(0.7) ? this.#random.pick(former) : `worker-${this.#names++}`;
    this.toll.joins++;
    this.#hiring = release;
    if (release === 'former') this.#isFormerDone = false;
    const hand = this.#fleet.hire(id);
    this.#employees.set(id, { release, hand, turn: undefined, stalled: undefined, goOn: undefined });
  }

  /** The process ends by itself, in order. */
  async #refuse(id: string): Promise<void> {
    const employee = this.#employees.get(id);
    if (employee === undefined) return;
    const { release } = employee;
    this.toll.refused++;
    assert(release === 'former' || !this.#isFormerDone, 'the former release has ended in order, and left something');
    await this.#unstalled(() => employee.hand.crew.leave());
    this.#forget(id);
  }

  async #leave(id: string): Promise<void> {
    const employee = this.#employees.get(id);
    if (employee === undefined || employee.turn !== undefined || this.#zombies.has(id)) return;
    this.toll.leaves++;
    try {
      await this.#unstalled(async () => {
        for (const runner of employee.hand.crew.runners) await runner.run(AbortSignal.abort());
        await employee.hand.crew.leave();
      });
      this.#employees.delete(id);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#die(id);
    }
  }

  /**
   * The end of an update in which one of the former release was killed: its groups have heard of it, and the others of it
   * are stopped one after the other at once. Where somebody waits for them they leave nothing that only they could end.
   */
  async #makeRoom(): Promise<void> {
    const of = (release: Release): string[] =>
      [...this.#employees].filter(([, employee]) => employee.release === release).map(([id]) => id);
    const isQuiet = [...this.#employees.values()].every(({ turn }) => turn === undefined);
    while (this.#fleet.groups.meet());
    // Who runs none of it may have no part in the group, as one that was given up and came back: it is not waited for.
    const runs = (id: string): boolean =>
      this.#employees.get(id)?.hand.crew.runners.some(({ task }) => task.topology === 'tally') === true;
    const former = of('former');
    if (!isQuiet || this.#zombies.size > 0 || of('next').length === 0 || former.length < 2 || !former.every(runs))
      return;
    this.#die(former.pop() ?? '');
    for (const id of former) {
      while (this.#fleet.groups.meet());
      await this.#leave(id);
    }
    this.#isFormerDone = true;
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
    this.#forget(id);
  }

  /** The process is gone. */
  #forget(id: string): void {
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
    if (turn === 'refused') await this.#refuse(id);
  }

  async #work({ hand }: Employee): Promise<Outcome> {
    try {
      return (await hand.crew.turn(hand.signal)) ? 'worked' : 'idle';
    } catch (error) {
      if (error instanceof Crash) return 'crashed';
      if (this.#update !== undefined && isRefusal(error)) return 'refused';
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
    const graph = this.#graphs[this.#hiring];
    return {
      graph,
      run: graph.topologies.map(({ name }) => name),
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

/** It is not this release's turn, or never will be again. */
const isRefusal = (error: unknown): boolean =>
  error instanceof IncompatibleState ||
  (error instanceof TaskStopped && error.message.includes('this release could not take over from it'));
