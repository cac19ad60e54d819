/** What a member asks of the coordinator of its group. */
import module, { type Coded, type Definition, type GroupMember } from 'kafkajs/src/protocol/requests/index.js';
import type { Millis } from '../../../stream/time.ts';
import { failureOf } from '../errors.ts';
import type { Groups } from '../groups.ts';

export interface GroupTimes {
  /** Who has not been heard of for so long is given up. */
  readonly sessionTimeout: Millis;
  readonly heartbeatInterval: Millis;
  /** How long the group waits, when it meets, for members that it still hears of. */
  readonly rebalanceTimeout: Millis;
}

/** Every topology's group has it, so no other kind of consumer can join one by mistake. */
const protocolName = 'millrace';
const protocolType = 'consumer';

/** The coordinator has moved or is about to be able: it is asked for again. All other codes are the member's. */
const coordinatorsOwn: ReadonlySet<number> = new Set([14, 15, 16]);

export class GroupRequests {
  readonly #groups: Groups;
  readonly #group: string;
  readonly #times: GroupTimes;

  constructor(groups: Groups, group: string, times: GroupTimes) {
    this.#groups = groups;
    this.#group = group;
    this.#times = times;
  }

  /** Blocks until the group has met. */
  join(memberId: string, metadata: Buffer) {
    const { sessionTimeout, rebalanceTimeout } = this.#times;
    const groupProtocols = [{ name: protocolName, metadata }];
    const of = { groupId: this.#group, sessionTimeout, rebalanceTimeout, memberId, protocolType, groupProtocols };
    return this.#ask('member', module.requests.JoinGroup, of, rebalanceTimeout);
  }

  /** Blocks until the leader has told what it decided. */
  sync(generationId: number, memberId: string, groupAssignment: readonly MemberAssigned[]) {
    const of = { groupId: this.#group, generationId, memberId, groupAssignment };
    return this.#ask('member', module.requests.SyncGroup, of, this.#times.rebalanceTimeout);
  }

  async heartbeat(groupGenerationId: number, memberId: string): Promise<number> {
    const of = { groupId: this.#group, groupGenerationId, memberId };
    return (await this.#ask('member', module.requests.Heartbeat, of)).errorCode;
  }

  /** On a connection of its own: a join that blocks the other one would block it too. */
  async leave(memberId: string): Promise<void> {
    await this.#ask('leaving', module.requests.LeaveGroup, { groupId: this.#group, memberId, members: [{ memberId }] });
  }

  #ask<Options, Answer extends Coded>(
    connection: string,
    definition: Definition<Options, Answer>,
    options: Options,
    more: Millis = 0,
  ): Promise<Answer> {
    return this.#groups.asCoordinator(this.#group, `group-${connection}-${this.#group}`, async broker => {
      const answer = await broker.request(definition, options, more);
      if (coordinatorsOwn.has(answer.errorCode)) throw failureOf(answer.errorCode, `group '${this.#group}'`);
      return answer;
    });
  }
}

export interface MemberAssigned {
  readonly memberId: string;
  readonly memberAssignment: Buffer;
}

export type { GroupMember };
