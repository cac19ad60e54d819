/** Offsets of consumer groups, for lag tools; and as whom a group's member commits while the group is active. */
import module from 'kafkajs/src/protocol/requests/index.js';
import { Unavailable } from '../../errors.ts';
import { type CommittedOffset, UnknownPartition } from '../port.ts';
import type { Broker } from './broker.ts';
import { type Cluster, reasonOf } from './cluster.ts';
import type { Address } from './connection.ts';
import { Code, failureOf, nameOf } from './errors.ts';

/** A member of an active group: only its members may commit, each in the generation it is in. */
export interface GroupIdentity {
  readonly memberId: string;
  readonly generation: number;
}

/** Nobody: allowed while the group has no members. */
const nobody: GroupIdentity = { memberId: '', generation: -1 };
const rebalancing: ReadonlySet<number> = new Set([
  Code.illegalGeneration,
  Code.unknownMember,
  Code.rebalanceInProgress,
]);

export class Groups {
  readonly #cluster: Cluster;
  readonly #coordinators = new Map<string, Address>();
  readonly #identities = new Map<string, GroupIdentity>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** As whom offsets of the group are committed from now on: the membership says it at every join and leave. */
  identify(group: string, identity: GroupIdentity | undefined): void {
    if (identity === undefined) this.#identities.delete(group);
    else this.#identities.set(group, identity);
  }

  /**
   * While members come and go the group takes offsets of none; that is counted, and not waited for: no task may stand
   * still for the sake of lag tools, which are told by the next commit.
   */
  async commit(group: string, offsets: readonly CommittedOffset[]): Promise<void> {
    for (const at of offsets) {
      const { leaders } = await this.#cluster.topicOf(at);
      if (!(at.partition in leaders)) throw new UnknownPartition(at, leaders.length);
    }
    if (offsets.length === 0) return;
    const byTopic = Map.groupBy(offsets, ({ topic }) => topic);
    const topics = Array.from(byTopic, ([topic, partitions]) => ({
      topic,
      partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    await this.asCoordinator(group, 'ask', async broker => {
      const { memberId, generation: groupGenerationId } = this.#identities.get(group) ?? nobody;
      const request = { groupId: group, groupGenerationId, memberId, topics };
      const { responses } = await broker.request(module.requests.OffsetCommit, request);
      for (const { topic, partitions } of responses)
        for (const { partition, errorCode } of partitions)
          this.#refuseCommit(errorCode, `OffsetCommit of group '${group}' at ${topic}/${partition}`);
    });
  }

  async committed(group: string): Promise<CommittedOffset[]> {
    return this.asCoordinator(group, 'ask', async broker => {
      const answer = await broker.request(module.requests.OffsetFetch, { groupId: group, topics: [] });
      this.refuse(answer.errorCode, `OffsetFetch of group '${group}'`);
      return answer.responses.flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset, errorCode }) => errorCode === Code.none && Number(offset) >= 0)
          .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      );
    });
  }

  /** Asks the group's coordinator; again after a while, and the next one, if it has moved or is about to be able. */
  async asCoordinator<T>(
    group: string,
    purpose: 'ask' | `group-${string}`,
    work: (broker: Broker) => Promise<T>,
  ): Promise<T> {
    return this.#cluster.patiently(async () => {
      try {
        const address = this.#coordinators.get(group) ?? (await this.#find(group));
        return await work(await this.#cluster.brokers.get(address, purpose));
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.#coordinators.delete(group);
        this.#cluster.troubles.tell(reasonOf(error));
        throw error;
      }
    });
  }

  /** @throws What an error code means. */
  refuse(errorCode: number, what: string): void {
    if (errorCode !== Code.none) throw failureOf(errorCode, what);
  }

  #refuseCommit(errorCode: number, what: string): void {
    if (rebalancing.has(errorCode)) this.#cluster.troubles.tell(nameOf(errorCode));
    else this.refuse(errorCode, what);
  }

  async #find(group: string): Promise<Address> {
    const { coordinator } = await this.#cluster.anywhere(async broker => {
      const answer = await broker.request(module.requests.GroupCoordinator, { groupId: group });
      this.refuse(answer.errorCode, `FindCoordinator of group '${group}'`);
      return answer;
    });
    this.#coordinators.set(group, coordinator);
    return coordinator;
  }
}
