/** Runs and stands by for the tasks that the groups of its topologies give to this process. */
import { seconds } from '../../stream/time.ts';
import { TaskStopped } from '../errors.ts';
import type { Seat } from '../membership.ts';
import { Interrupted, retrying } from '../retry.ts';
import type { TaskRunner } from '../runner.ts';
import { Ability } from './ability.ts';
import { Bell } from './bell.ts';
import { CaughtUp } from './caught-up.ts';
import type { Desk } from './desk.ts';
import { Deskwork } from './deskwork.ts';
import { Following } from './following.ts';
import { Group } from './group.ts';
import type { CrewOptions } from './options.ts';
import { Quiet } from './quiet.ts';

/** How long a worker rests that is done while others are not. */
const rest = seconds(0.1);
/** How long a worker that is stopped takes to end what others of its release have left: far from any grace. */
const patience = seconds(30);
/** How often it looks at the others: long enough for them to read, in between, what was there at the last look. */
const lookEvery = seconds(1);

export class Crew {
  readonly #options: CrewOptions;
  readonly #groups: readonly Group[];
  readonly #work: Deskwork;
  readonly #following: Following;
  readonly #bell = new Bell();
  readonly #failed = new AbortController();
  readonly #over = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #left = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#groups = groupsOf(options);
    this.#work = new Deskwork(options, this.#groups);
    this.#following = new Following(
      this.#desks.map(([, desk]) => desk),
      this.#work.taskOptions,
    );
  }

  /** Tasks that run here now. */
  get runners(): readonly TaskRunner[] {
    return this.#desks.flatMap(([, { runner }]) => runner ?? []);
  }

  /** Joins the groups; what they want is done in `restored` and after it. */
  join(): void {
    for (const group of this.#groups) group.member = this.#options.membership.join(this.#seatOf(group));
  }

  /** Resolves once every task of the first assignments stands where its journal ends, or when the signal aborts. */
  async restored(signal: AbortSignal): Promise<void> {
    const either = this.#unlessFailed(signal);
    await this.#guarded(async () => {
      while (!either.aborted && this.#groups.some(({ assignment }) => assignment === undefined))
        await this.#bell.heard(either);
      await Promise.all(this.#groups.flatMap(({ inspected }) => inspected ?? []));
      await this.#settle(either);
    });
    if (this.#failure === undefined) return;
    await this.leave();
    throw this.#failure.error;
  }

  /** Runs until the signal aborts and every task has finished its epoch. One task that cannot go on stops all. */
  async run(signal: AbortSignal): Promise<void> {
    const either = this.#unlessFailed(signal);
    const working = new Map<Desk, Promise<void>>();
    const begin = ([group, desk]: readonly [Group, Desk]): void => {
      if (desk.role !== 'run' || working.has(desk)) return;
      const ended = (): void => {
        working.delete(desk);
        this.#bell.ring();
      };
      working.set(desk, this.#guarded(() => this.#work.run(group, desk, either)).finally(ended));
    };
    await this.#ending(async () => {
      const following = this.#guarded(() => this.#following.run(either));
      while (!either.aborted) {
        this.#desks.forEach(begin);
        await this.#bell.heard(either);
      }
      await Promise.all([following, ...working.values()]);
    });
  }

  /**
   * Runs until no task here finds anything more to do, none has updates to tell, and those that others run have caught up:
   * else this worker would leave its group while its tasks get more to read. Whoever is last finishes everything, since
   * to it all tasks fall.
   */
  async runUntilCaughtUp(signal: AbortSignal): Promise<void> {
    const either = this.#unlessFailed(signal);
    const { clock, graph, transport, documents } = this.#options;
    const others = new CaughtUp(graph, transport, documents.journal);
    let nextLook = clock.now() + lookEvery;
    const quiet = new Quiet(graph.topologies.length);
    await this.#ending(async () => {
      while (!either.aborted) {
        const worked = await this.turn(either);
        const due = Math.min(...this.runners.map(({ task }) => task.due));
        const shared = this.#groups.some(({ whole }) => !whole);
        if (quiet.after(worked, this.#moved) && due === Infinity && !shared) return;
        if (shared && clock.now() >= nextLook) {
          nextLook = clock.now() + lookEvery;
          if ((await this.#look(others, either)) && due === Infinity) return;
        }
        if (!worked) await clock.sleep(Math.max(1, Math.min(due - clock.now(), shared ? rest : Infinity)), either);
      }
    });
  }

  /** Does what the groups want, and lets every task here run dry; answers whether there was anything to do. */
  async turn(signal: AbortSignal): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure.error;
    let worked = await this.#settle(signal);
    for (const [group, desk] of this.#desks)
      if (desk.runner !== undefined) worked = (await this.#work.drain(group, desk, signal)) || worked;
    return (await this.#following.turn(signal)) || worked;
  }

  /** Hands over what others share, and leaves the groups. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    if (this.#failure === undefined) await this.#endOfOthers();
    for (const group of this.#groups.filter(({ whole }) => !whole))
      for (const desk of group.held) await this.#guarded(() => this.#work.handOver(desk));
    for (const { member } of this.#groups) await member?.leave();
    this.#over.abort();
    await Promise.all(this.#groups.flatMap(({ inspected }) => inspected ?? []));
  }

  /** Not for ever, where the log or the documents are away: who stands by for it then says what is left. */
  async #endOfOthers(): Promise<void> {
    const over = new AbortController();
    void this.#options.clock.overdue?.(patience, over.signal).then(() => over.abort());
    for (const group of this.#groups) await this.#guarded(() => this.#work.endOfOthers(group, over.signal));
    over.abort();
  }

  get #moved(): number {
    return this.runners.reduce((sum, { task }) => sum + task.moved, 0);
  }

  get #desks(): readonly (readonly [Group, Desk])[] {
    return this.#groups.flatMap(group => group.desks.map(desk => [group, desk] as const));
  }

  #seatOf(group: Group): Seat {
    const { store, worker, standbys, observer } = this.#options;
    const { topology } = group;
    return {
      topology,
      formerMember: worker.members.get(topology.name),
      joined: member => worker.joined(topology.name, member),
      claims: () => ({
        ...group.claims(task => store.head(task)?.epoch),
        worker: worker.id,
        ran: group.desks.filter(({ id }) => worker.ran.includes(id)).map(({ partition }) => partition),
        standbys,
        load: this.#groups.filter(other => other !== group).reduce((sum, { held }) => sum + held.length, 0),
      }),
      assigned: assignment => {
        group.assign(assignment);
        observer?.assigned?.(topology.name, assignment);
        if (assignment.refused !== null) this.#fail(refusal(topology.name, assignment.refused));
        const { waits } = assignment;
        group.inspected = waits === null ? undefined : (group.inspected ?? this.#inspect(group, waits));
        // What it is to do in one group may have to do with what another has told it just now.
        for (const other of this.#groups) if (other.look()) other.member?.meet();
        this.#bell.ring();
      },
      failed: error => this.#fail(error),
      joining: reason => observer?.joining?.(topology.name, reason),
    };
  }

  /** Who could never take over ends at once: an update that waits for it goes no further while the former release runs. */
  #inspect({ desks }: Group, incumbent: string): Promise<void> {
    const ability = new Ability(this.#options, this.#unlessFailed(this.#over.signal));
    return this.#guarded(() => ability.toTakeOver(desks, incumbent));
  }

  #unlessFailed(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#failed.signal]);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#failed.abort();
    this.#bell.ring();
  }

  /** Whatever ends the work, the groups are left; the first failure is the one that is told. */
  async #ending(work: () => Promise<unknown>): Promise<void> {
    await this.#guarded(work);
    await this.leave();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** A failure stops the whole process. */
  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Releases and opens until everything is as the groups want it; answers whether there was anything to do. */
  async #settle(signal: AbortSignal): Promise<boolean> {
    let worked = false;
    for (let changed = true; changed && !signal.aborted; worked ||= changed) {
      changed = false;
      for (const [group, desk] of this.#desks) changed = (await this.#work.settle(group, desk, signal)) || changed;
    }
    return worked;
  }

  async #look(others: CaughtUp, signal: AbortSignal): Promise<boolean> {
    const names = this.#groups.filter(({ whole }) => !whole).map(({ topology }) => topology.name);
    const mine = new Set(this.runners.map(({ task }) => task.id));
    try {
      // No task waits for it.
      return await retrying(
        'lag',
        () => others.look(names, mine),
        this.#options.clock,
        signal,
        () => {},
      );
    } catch (error) {
      if (error instanceof Interrupted) return false;
      throw error;
    }
  }
}

function groupsOf({ graph, run }: CrewOptions): Group[] {
  let first = 0;
  const groups = graph.topologies
    .filter(({ name }) => run.includes(name))
    .map(topology => {
      const group = new Group(topology, first, graph.release(topology.name));
      first += topology.tasks;
      return group;
    });
  for (const group of groups) group.readers = groups.filter(other => reads(other, group));
  return groups;
}

/** Whether the one reads what the other writes. */
const reads = ({ topology }: Group, { topology: { writes } }: Group): boolean =>
  topology.reads.some(({ stream }) => writes.includes(stream));

const refusal = (topology: string, why: string): TaskStopped =>
  new TaskStopped(
    `The group of '${topology}' refuses this worker: ${why}`,
    'All workers of a topology have to run the same release, with the same application, over topics of the same partitions',
  );
