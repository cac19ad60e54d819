/** A member of a topology's group at a broker: joins, stays, and joins again after whatever puts it out. */
import type { Clock } from '../../../engine/clock.ts';
import { IncompatibleState } from '../../../engine/errors.ts';
import type { Member, Seat } from '../../../engine/membership.ts';
import { type Fenced, Unavailable } from '../../../errors.ts';
import { type Millis, seconds } from '../../../stream/time.ts';
import { reasonOf } from '../cluster.ts';
import { BrokerRefused, BrokerUnable, Code, failureOf, nameOf } from '../errors.ts';
import type { Groups } from '../groups.ts';
import { decodeAssignment, encodeClaims } from './consumer-protocol.ts';
import { decide } from './leader.ts';
import type { GroupRequests, GroupTimes } from './requests.ts';

const firstWait: Millis = 50;
const longestWait = seconds(5);
/** How long a broker that is silent can delay the end of a process. */
const leaveWithin = seconds(2);

/** `MEMBER_ID_REQUIRED`: the broker has given one, to be joined with. */
const memberIdRequired = 79;
/** Its bounds are the broker's (`group.min.session.timeout.ms`): no waiting mends it. */
const invalidSessionTimeout = 26;

/** The group has to meet; nothing is wrong. */
const meeting = 'REBALANCE_IN_PROGRESS';

export interface MemberOptions {
  readonly seat: Seat;
  readonly requests: GroupRequests;
  readonly groups: Pick<Groups, 'identify'>;
  readonly partitions: (topic: string) => Promise<number>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly times: GroupTimes;
}

export class KafkaMember implements Member {
  readonly #options: MemberOptions;
  readonly #left = new AbortController();
  readonly #ended: Promise<void>;
  #memberId = '';
  /** Who the worker was in this group before it was started anew: it holds its folder, so nobody else is that member. */
  #former: string | undefined;
  #generation = -1;
  /** The newest generation of which it has an assignment. */
  #assigned = -1;
  /** Why the group has to meet, as far as it is up to us. */
  #wish: string | undefined;
  /** Ends a wait between heartbeats. */
  #woken = new AbortController();
  #failures = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#former = options.seat.formerMember;
    this.#ended = this.#live();
  }

  meet(): void {
    this.#wake('a task was released');
  }

  lost(error: Fenced): void {
    this.#failures++; // two groups that take a task from each other do so ever more slowly
    this.#wake(error.code);
  }

  async leave(): Promise<void> {
    this.#left.abort();
    await this.#ended;
    const { requests, groups, seat, clock } = this.#options;
    groups.identify(seat.topology.name, undefined);
    if (this.#memberId === '') return;
    // Who cannot be told notices by itself that the member is gone.
    const told = requests.leave(this.#memberId).catch(() => {});
    const late = new AbortController();
    await Promise.race([told, clock.sleep(leaveWithin, late.signal)]);
    late.abort();
  }

  #wake(wish: string): void {
    this.#wish = wish;
    this.#woken.abort();
  }

  async #live(): Promise<void> {
    const { seat } = this.#options;
    try {
      for (let reason = 'start'; !this.#left.signal.aborted;) {
        seat.joining(reason);
        reason = await this.#stay();
        await this.#wait();
      }
    } catch (error) {
      if (!(error instanceof Left)) seat.failed(error);
    }
  }

  /** Joins and stays for as long as nothing happens; answers what did. */
  async #stay(): Promise<string> {
    try {
      this.#wish = undefined;
      await this.#join();
      for (;;) {
        const wish = await this.#untilHeartbeat();
        if (wish !== undefined) return wish;
        const code = await this.#unlessLeft(this.#options.requests.heartbeat(this.#generation, this.#memberId));
        if (code === Code.rebalanceInProgress) return meeting;
        this.#refuse(code, 'Heartbeat');
        this.#failures = 0;
      }
    } catch (error) {
      if (error instanceof Meeting) return meeting;
      if (!(error instanceof Unavailable)) throw error;
      this.#failures++;
      return reasonOf(error);
    }
  }

  async #join(): Promise<void> {
    const { seat, requests, partitions, groups } = this.#options;
    const { topology } = seat;
    await this.#leaveFormerLife();
    const topics = topology.reads.map(({ stream }) => stream);
    const metadata = encodeClaims({ ...seat.claims(), generation: this.#assigned }, topics);
    let joined = await this.#unlessLeft(requests.join(this.#memberId, metadata));
    if (joined.errorCode === memberIdRequired) {
      this.#memberId = joined.memberId;
      joined = await this.#unlessLeft(requests.join(this.#memberId, metadata));
    }
    this.#refuse(joined.errorCode, 'JoinGroup');
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    seat.joined(this.#memberId);
    const leads = joined.leaderId === joined.memberId;
    const decided = leads ? await this.#unlessLeft(decide(topology, joined.members, partitions)) : [];
    const synced = await this.#unlessLeft(requests.sync(this.#generation, this.#memberId, decided));
    this.#refuse(synced.errorCode, 'SyncGroup');
    this.#assigned = this.#generation;
    groups.identify(topology.name, { memberId: this.#memberId, generation: this.#generation });
    seat.assigned(decodeAssignment(synced.memberAssignment) ?? this.#unreadable());
  }

  /** Else the group would wait, when it meets, for a member that is dead, until its session ends. */
  async #leaveFormerLife(): Promise<void> {
    if (this.#former !== undefined) await this.#unlessLeft(this.#options.requests.leave(this.#former));
    this.#former = undefined;
  }

  /** Throws what an error code means for a member. */
  #refuse(code: number, request: string): void {
    if (code === Code.none) return;
    if (code === Code.rebalanceInProgress) throw new Meeting();
    const what = `${request} of group '${this.#options.seat.topology.name}'`;
    if (code === Code.unknownMember) {
      this.#memberId = '';
      throw new BrokerUnable(nameOf(code), `The broker has given the member up: ${what}`, 'It joins again by itself');
    }
    if (code === invalidSessionTimeout)
      throw new BrokerRefused(
        nameOf(code),
        `The broker refuses a session of ${this.#options.times.sessionTimeout} ms: ${what}`,
        'Set kafka.sessionTimeout_ms within its group.min.session.timeout.ms and group.max.session.timeout.ms',
      );
    throw failureOf(code, what);
  }

  #unreadable(): never {
    throw new IncompatibleState(
      `The leader of group '${this.#options.seat.topology.name}' assigns in words that this release does not know`,
      'Run the same release in all workers of a topology',
    );
  }

  /** Answers why the group has to meet before, if it has. */
  async #untilHeartbeat(): Promise<string | undefined> {
    const { clock, times } = this.#options;
    if (this.#wish !== undefined) return this.#wish;
    this.#woken = new AbortController();
    const either = AbortSignal.any([this.#woken.signal, this.#left.signal]);
    await this.#unlessLeft(clock.sleep(times.heartbeatInterval, either));
    return this.#wish;
  }

  /** After failures, ever longer ones. */
  async #wait(): Promise<void> {
    if (this.#failures === 0) return;
    const wait = Math.min(longestWait, firstWait * 2 ** Math.min(this.#failures - 1, 10));
    await this.#unlessLeft(this.#options.clock.sleep(wait, this.#left.signal));
  }

  /** However long a broker is silent, leaving is at once. */
  async #unlessLeft<R>(work: Promise<R>): Promise<R> {
    work.catch(() => {}); // where it is not waited for
    const { signal } = this.#left;
    const { promise, reject } = Promise.withResolvers<never>();
    const left = (): void => reject(new Left());
    if (signal.aborted) left();
    signal.addEventListener('abort', left);
    try {
      return await Promise.race([work, promise]);
    } finally {
      signal.removeEventListener('abort', left);
    }
  }
}

class Left extends Error {}
class Meeting extends Error {}
