/**
 * A play in a world where everything goes wrong, by a seed: tasks and outside appends interleave by chance, ports fail
 * before and after their work, workers crash anywhere, are taken over with their disk, an old one, an empty one or one
 * that has forgotten its newest commits, and go on as zombies. In the end the outputs must be those that the inputs call for.
 */
import { ForgetfulStore } from '../support/forgetful-store.ts';
import { Random } from '../support/random.ts';
import { settle, type Slot, slotsOf } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { Chaos, noToll, type Toll } from './chaos.ts';
import { playOf } from './plays/index.ts';
import type { Play } from './plays/play.ts';
import { Releases } from './releases.ts';
import { type Equipment, Worker } from './worker.ts';

/** Runs one world for at least so many epochs, drains it, and throws unless its outputs are right. */
export async function simulateWorld(seed: number, epochs: number): Promise<Toll> {
  const simulation = await Simulation.begin(seed);
  while (simulation.toll.epochs < epochs) await simulation.act();
  await simulation.end();
  return simulation.toll;
}

/** A disk for each worker that a task ever had is too many; two show whatever more could. */
type Disks = [current: ForgetfulStore, other: ForgetfulStore];

const emptyDisk = (): ForgetfulStore => new ForgetfulStore(World.emptyStore());

class Simulation {
  readonly toll = noToll();
  readonly #random: Random;
  readonly #chaos: Chaos;
  readonly #world: World;
  readonly #play: Play;
  readonly #releases: Releases;
  readonly #slots: readonly Slot[];
  readonly #disks = new Map<string, Disks>();
  /** The newest worker of each task. */
  readonly #current = new Map<Slot, Worker>();
  /** Those that were taken over and do not know it yet. */
  #zombies: Worker[] = [];

  private constructor(random: Random, world: World, play: Play) {
    this.#random = random;
    this.#chaos = new Chaos(random, this.toll);
    this.#world = world;
    this.#play = play;
    this.#releases = new Releases(world, play);
    this.#slots = slotsOf(world);
    for (const slot of this.#slots) this.#disks.set(nameOf(slot), [emptyDisk(), emptyDisk()]);
  }

  static async begin(seed: number): Promise<Simulation> {
    const random = new Random(seed);
    const maxRecords = random.pick([1, 3, 10, 30, 100]);
    const play = playOf(seed, random);
    const world = await World.of(play.topologies, { partitions: topic => play.partitions(topic), maxRecords });
    world.clock.time = 1_700_000_000_000;
    return new Simulation(random, world, play);
  }

  /** One thing happens. */
  async act(): Promise<void> {
    const random = this.#random;
    const roll = random.unit();
    this.#world.clock.time += random.below(40);
    if (roll < 0.2) await this.#play.send(this.#world);
    else if (roll < 0.23) this.#world.clock.time += random.below(8_000);
    else if (roll < 0.24) this.#takeOver(random.pick(this.#slots));
    else if (roll < 0.25 && this.#releases.areMore) await this.#upgrade();
    else if (roll < 0.3 && this.#zombies.length > 0) await this.#turnZombie(random.pick(this.#zombies));
    else await this.#turn(random.pick(this.#slots));
  }

  /** Everything is let go on and then drained, without any further mishap; and judged. */
  async end(): Promise<void> {
    this.#chaos.calm = true;
    while (this.#zombies.length > 0) await this.#turnZombie(this.#random.pick(this.#zombies));
    for (const worker of this.#current.values()) if (worker.isStalled) await worker.turn();
    for (const slot of this.#slots) while (await this.#isBehind(slot));
    await this.#play.close(this.#world);
    await settle(this.#world, slot => ({ ...this.#equipmentOf(slot), store: this.#disksOf(slot)[0] }));
    const { duplicates } = await this.#play.check(this.#world);
    this.toll.duplicates += duplicates;
    await this.#close();
  }

  async #turn(slot: Slot): Promise<void> {
    const worker = this.#current.get(slot) ?? this.#hire(slot);
    const turn = await worker.turn();
    if (turn === 'stalled') this.#takeOver(slot);
    if (turn === 'crashed' || turn === 'fenced' || turn === 'refused') this.#current.delete(slot);
    if (turn === 'refused') await this.#releases.refused(slot);
    else if ((turn === 'worked' || turn === 'idle') && this.#releases.owes(slot)) await this.#retire(slot, worker);
  }

  /** What a former release had to end it has ended. */
  async #retire(slot: Slot, worker: Worker): Promise<void> {
    this.#current.delete(slot);
    const turn = await worker.end();
    if (turn === 'idle') this.#releases.paid(slot);
    if (turn === 'stalled') this.#zombies.push(worker);
  }

  /** Another turn, of whoever has one left to do in the task before the newest release has it. */
  async #isBehind(slot: Slot): Promise<boolean> {
    await this.#turn(slot);
    return this.#current.get(slot) === undefined;
  }

  /** Workers of the former release end in order, or are killed, or are thought to have ended and go on. */
  async #upgrade(): Promise<void> {
    this.toll.upgrades++;
    for (const worker of this.#current.values()) {
      const roll = this.#random.unit();
      if (worker.isStalled || roll < 0.3) this.#zombies.push(worker);
      else if (roll < 0.7 && (await worker.end()) === 'stalled') this.#zombies.push(worker);
    }
    this.#current.clear();
    await this.#releases.next();
  }

  async #turnZombie(zombie: Worker): Promise<void> {
    const turn = await zombie.turn();
    if (turn !== 'worked' && turn !== 'stalled') this.#zombies = this.#zombies.filter(other => other !== zombie);
  }

  /** Somebody believes that the worker is gone; it is not. */
  #takeOver(slot: Slot): void {
    const worker = this.#current.get(slot);
    if (worker === undefined) return;
    this.toll.takeovers++;
    this.#zombies.push(worker);
    this.#hire(slot);
  }

  #hire(slot: Slot): Worker {
    const disks = this.#disksOf(slot);
    const roll = this.#random.unit();
    if (roll < 0.4) disks.reverse();
    if (roll < 0.1) disks[0] = emptyDisk();
    if (roll > 0.8) this.#losePower(disks[0]);
    const worker = new Worker(this.#world, this.#chaos, slot, disks[0], this.#equipmentOf(slot));
    this.#current.set(slot, worker);
    return worker;
  }

  #equipmentOf(slot: Slot): Equipment {
    const { snapshots } = this.#releases;
    return { graph: this.#releases.graphOf(slot), ...(snapshots === undefined ? {} : { snapshots }) };
  }

  /** Whoever works on the disk works on the machine, and is gone with it: no zombie outlives a checkpoint that was lost. */
  #losePower(disk: ForgetfulStore): void {
    this.#zombies = this.#zombies.filter(({ store }) => store !== disk);
    this.toll.forgotten += disk.forget(this.#random.between(1, 6));
  }

  #disksOf(slot: Slot): Disks {
    const disks = this.#disks.get(nameOf(slot));
    if (disks === undefined) throw new Error(`${nameOf(slot)} has no disk`);
    return disks;
  }

  async #close(): Promise<void> {
    for (const disks of this.#disks.values()) for (const disk of disks) disk.close();
    await this.#world.transport.close();
    await this.#world.documents.close();
  }
}

const nameOf = ({ topology, partition }: Slot): string => `${topology}/${partition}`;
