/** Groups in one process, of which the test decides who is cut off, when one is given up, and when word arrives. */
import { assign } from '../../src/engine/assignment/assign.ts';
import type { Assignment, Claims } from '../../src/engine/assignment/claims.ts';
import type { Member, Membership, Seat } from '../../src/engine/membership.ts';

interface Stay {
  readonly member: string;
  readonly seat: Seat;
  readonly worker: string;
  generation: number;
  /** What it told at the last meeting: a member that is cut off is believed to do what it did. */
  claims: Claims | undefined;
}

export class SimulatedGroups {
  readonly #groups = new Map<string, Stay[]>();
  readonly #cutOff = new Set<string>();
  readonly #due = new Set<string>();
  #generation = 0;
  #joins = 0;
  /** Assignments, oldest first, as they were told. */
  readonly told: { readonly worker: string; readonly topology: string; readonly assignment: Assignment }[] = [];

  /** The groups as one worker sees them. */
  membership(worker: string): Membership {
    return { join: seat => this.#join(worker, seat) };
  }

  /** The worker hears nothing and is not heard. */
  cutOff(worker: string): void {
    this.#cutOff.add(worker);
  }

  /** The groups give up waiting for the worker. */
  expire(worker: string): void {
    for (const [name, stays] of this.#groups) {
      const left = stays.filter(stay => stay.worker !== worker);
      if (left.length === stays.length) continue;
      this.#groups.set(name, left);
      this.#due.add(name);
    }
  }

  /** It is heard again; where it was given up meanwhile it joins anew, and still claims what it had. */
  reconnect(worker: string, seats: readonly Seat[]): void {
    this.#cutOff.delete(worker);
    for (const seat of seats) {
      const { name } = seat.topology;
      if (!this.#of(name).some(stay => stay.worker === worker))
        this.#enter(worker, seat, this.#lastSeen.get(seat) ?? 0);
    }
  }

  /** One group meets, if any has to; answers whether there was one. */
  meet(): boolean {
    const [name] = this.#due;
    if (name === undefined) return false;
    this.#due.delete(name);
    const stays = this.#of(name);
    for (const stay of stays) {
      if (this.#cutOff.has(stay.worker) && stay.claims !== undefined) continue;
      stay.claims = { ...stay.seat.claims(), member: stay.member, generation: stay.generation };
    }
    const assignments = assign(stays.flatMap(({ claims }) => claims ?? []));
    this.#generation++;
    for (const stay of stays) {
      const assignment = assignments.get(stay.member);
      if (assignment === undefined || this.#cutOff.has(stay.worker)) continue;
      stay.generation = this.#generation;
      this.#lastSeen.set(stay.seat, this.#generation);
      this.told.push({ worker: stay.worker, topology: name, assignment });
      stay.seat.assigned(assignment);
    }
    return true;
  }

  readonly #lastSeen = new Map<Seat, number>();

  #of(name: string): Stay[] {
    return this.#groups.get(name) ?? [];
  }

  #join(worker: string, seat: Seat): Member {
    const { name } = seat.topology;
    this.#enter(worker, seat, 0);
    return {
      meet: () => void this.#due.add(name),
      lost: () => void this.#due.add(name),
      leave: async () => {
        if (this.#cutOff.has(worker)) return;
        this.#groups.set(
          name,
          this.#of(name).filter(stay => stay.seat !== seat),
        );
        this.#due.add(name);
      },
    };
  }

  #enter(worker: string, seat: Seat, generation: number): void {
    const { name } = seat.topology;
    const stay: Stay = { member: `${worker}-${++this.#joins}`, seat, worker, generation, claims: undefined };
    this.#groups.set(name, [...this.#of(name), stay]);
    this.#due.add(name);
    seat.joining('simulated');
  }
}
