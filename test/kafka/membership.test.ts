/** Several workers in the groups of a real broker. */
import kafkajs from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errors, type Fault } from '../support/kafka/fault-proxy/faults.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { eventually } from '../support/kafka/eventually.ts';
import { type Hand, KafkaFleet, tasksOf, times } from '../support/kafka/fleet.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { administer } from '../support/kafka/witness.ts';
import { Ledger } from '../support/ledger.ts';
import { intake, type Order, order, orders, ordersByItem, shelves, shop } from '../support/shop.ts';
import { claims } from '../engine/assignment/rounds.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { TopologyGraph } from '../../src/engine/graph.ts';
import type { Seat } from '../../src/engine/membership.ts';
import { kafkaMembership } from '../../src/transport/kafka/membership/membership.ts';
import { type KafkaLog, openKafkaLog } from '../../src/transport/kafka/open.ts';
import { recordsOf } from '../../src/stream/log-values.ts';

const partitions = 4;
const all = shop.length * partitions;
/** Where nobody is to seem dead, however little time the machine has for him. */
const longSession_ms = 120_000;

const some = (from: number, count = 100): Order[] =>
  Array.from({ length: count }, (_, n) =>
    order(from + n, { customer: `c${n % 11}`, item: `item-${'x'.repeat(n % 7)}`, amount: n, at: Date.now() }),
  );

describe.skipIf(noBroker)('a group of workers', () => {
  let fleet: KafkaFleet;
  let ledger: Ledger;
  beforeEach(async () => {
    fleet = await KafkaFleet.begin(brokers, shop, partitions, longSession_ms);
    ledger = new Ledger();
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  async function send(from: number): Promise<void> {
    const orderly = some(from);
    ledger.sent.push(...orderly);
    await fleet.send(orders, ...orderly);
  }

  async function counted(): Promise<void> {
    await eventually(async () => {
      const found = await valuesIn(fleet, shelves.name);
      return found >= ledger.sent.length;
    }, `${ledger.sent.length} orders on shelves`);
    await ledger.check(fleet.transport, fleet.documents);
  }

  const shared = (hands: readonly Hand[], counts: readonly number[]): Promise<void> =>
    eventually(
      () => String(hands.map(hand => tasksOf(hand).length)) === String(counts),
      `tasks shared as ${String(counts)}`,
    );

  // Of tasks that do not divide evenly, a round may give one worker more than its turn: so here they do.
  describe('that two and three can divide evenly', () => {
    beforeEach(async () => {
      await fleet[Symbol.asyncDispose]();
      fleet = await KafkaFleet.begin(brokers, shop, 6, longSession_ms);
    });

    test('shares the tasks of all topologies, and loses and doubles nothing while workers come and go', async () => {
      const first = await fleet.hire('a');
      expect(tasksOf(first)).toHaveLength(18);
      await send(0);
      const second = await fleet.hire('b');
      await send(100);
      await shared([first, second], [9, 9]);
      const third = await fleet.hire('c');
      await send(200);
      await shared([first, second, third], [6, 6, 6]);
      await first.stop();
      await send(300);
      await shared([second, third], [9, 9]);
      await counted();
    });

    test('gives a worker that was stopped its tasks back, from where they stand: it executes nothing again', async () => {
      const hands = [await fleet.hire('a'), await fleet.hire('b'), await fleet.hire('c')];
      await shared(hands, [6, 6, 6]);
      await send(0);
      await counted();
      const [first, second, third] = hands;
      if (first === undefined || second === undefined || third === undefined) throw new Error('nobody');
      const before = tasksOf(second);
      await second.stop();
      await shared([first, third], [9, 9]);
      await send(100);
      await counted();
      const back = await fleet.hire('b');
      await shared([first, back, third], [6, 6, 6]);
      expect(tasksOf(back)).toEqual(before);
      await send(200);
      await counted();
    });
  });

  test('moves a task as a snapshot: its new owner, who knew nothing of it, executes nothing again', async () => {
    const first = await fleet.hire('a', { standbys: 0 });
    await send(0);
    await counted();
    const second = await fleet.hire('b', { standbys: 0 });
    await shared([first, second], [6, 6]);
    expect(second.engine.runners.every(({ task }) => task.epoch > 0)).toBe(true);
    expect(second.muted).toEqual([]);
    await send(100);
    await counted();
  });

  test("can be read by Kafka's own tools: who is in it, of which topics, with which partitions", async () => {
    const first = await fleet.hire('a');
    const second = await fleet.hire('b');
    await shared([first, second], [6, 6]);
    const groups = await administer(brokers, admin => admin.describeGroups([`${fleet.prefix}intake`]));
    const [group] = groups.groups;
    expect(group).toMatchObject({ state: 'Stable', protocolType: 'consumer', protocol: 'millrace' });
    const members = (group?.members ?? []).map(({ memberMetadata, memberAssignment }) => ({
      topics: kafkajs.AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics,
      assignment: kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
    }));
    const topic = fleet.prefix + orders.name;
    expect(members.map(({ topics }) => topics)).toEqual([[topic], [topic]]);
    expect(members.flatMap(({ assignment }) => assignment?.[topic] ?? []).sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  test('commits offsets as its members, so that lag can be read of every group', async () => {
    await fleet.hire('a');
    await send(0);
    await counted();
    const committed = async (): Promise<number> => {
      const offsets = await administer(brokers, admin => admin.fetchOffsets({ groupId: `${fleet.prefix}intake` }));
      const found = offsets.find(({ topic }) => topic === fleet.prefix + orders.name)?.partitions ?? [];
      return found.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    };
    await expect.poll(committed).toBe(100);
  });

  test('refuses a worker that knows another number of tasks; it ends, and says what each of them knows', async () => {
    const first = await fleet.hire('a');
    await using other = await KafkaFleet.begin(brokers, shop, 2);
    await expect(other.hire('b', { membership: fleet.membershipOf('b') })).rejects.toThrow(
      /refuses this worker: worker b knows 2 tasks of graph \w+, worker a knows 4 tasks of graph \w+/,
    );
    await shared([first], [all]);
    await send(0);
    await counted();
  });

  test('forgets at once whom its own worker has replaced: nobody waits for a member that is dead', async () => {
    const beyondTheTest_ms = 1_000_000;
    const first = await fleet.hire('a', { session_ms: beyondTheTest_ms });
    await fleet.abandon(first);
    const signal = AbortSignal.timeout(180_000);
    const again = await fleet.hire('a', { session_ms: beyondTheTest_ms, signal });
    expect(tasksOf(again)).toHaveLength(all);
    await send(0);
    await counted();
  });
});

describe.skipIf(noBroker)('a member', () => {
  let fleet: KafkaFleet;
  let proxy: FaultProxy;
  beforeEach(async () => {
    fleet = await KafkaFleet.begin(brokers, [intake], 2);
    proxy = await FaultProxy.start(brokers);
  });
  afterEach(async () => {
    await fleet[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const refuse = (code: number): Fault => ({ kind: 'refuse', code });
  const troubles: readonly (readonly ['joinGroup' | 'syncGroup' | 'heartbeat', string, Fault])[] = [
    ['heartbeat', 'UNKNOWN_MEMBER_ID', refuse(errors.UNKNOWN_MEMBER_ID)],
    ['heartbeat', 'ILLEGAL_GENERATION', refuse(errors.ILLEGAL_GENERATION)],
    ['heartbeat', 'REBALANCE_IN_PROGRESS', refuse(errors.REBALANCE_IN_PROGRESS)],
    ['heartbeat', 'UNKNOWN', refuse(errors.UNKNOWN)],
    ['joinGroup', 'UNKNOWN_MEMBER_ID', { kind: 'misreport', code: errors.UNKNOWN_MEMBER_ID }],
    ['joinGroup', 'UNKNOWN', refuse(errors.UNKNOWN)],
    ['syncGroup', 'ILLEGAL_GENERATION', refuse(errors.ILLEGAL_GENERATION)],
    ['syncGroup', 'REBALANCE_IN_PROGRESS', refuse(errors.REBALANCE_IN_PROGRESS)],
    ['syncGroup', 'UNKNOWN', refuse(errors.UNKNOWN)],
  ];

  test.for(troubles)('joins again after %s is answered %s, and tells why', async ([api, reason, fault]) => {
    const hand = await fleet.hire('a', { brokers: proxy.brokers() });
    const before = hand.joins.length;
    const injected = proxy.inject(api, fault);
    if (api !== 'heartbeat') proxy.inject('heartbeat', refuse(errors.ILLEGAL_GENERATION));
    await injected.spent();
    await expect.poll(() => hand.joins.slice(before)).toContain(reason);
    await works(hand);
  });

  test.for([
    ['NOT_COORDINATOR', errors.NOT_COORDINATOR],
    ['COORDINATOR_LOAD_IN_PROGRESS', errors.COORDINATOR_LOAD_IN_PROGRESS],
  ] as const)('looks for its coordinator again after %s, and stays', async ([, code]) => {
    const hand = await fleet.hire('a', { brokers: proxy.brokers(), session_ms: longSession_ms });
    const before = hand.joins.length;
    await proxy.inject('heartbeat', refuse(code), 3).spent();
    const seen = proxy.seen('heartbeat');
    await eventually(() => proxy.seen('heartbeat') > seen + 2, 'heartbeats go on');
    expect(hand.joins).toHaveLength(before);
    await works(hand);
  });

  test('whose connections are cut joins again, and goes on with its tasks meanwhile', async () => {
    const hand = await fleet.hire('a', { brokers: proxy.brokers() });
    const runners = [...hand.engine.runners];
    proxy.cut();
    await works(hand);
    expect(hand.engine.runners).toEqual(runners);
  });

  /** Far below the 30 s that an answer may take. */
  const soon_ms = 20_000;
  const seatOf = (assigned: () => void): Seat => ({
    topology: { ...graph, name: unique('silent') },
    formerMember: undefined,
    joined: () => {},
    claims: () => claims('a', { tasks: 1, standbys: 0 }),
    assigned,
    joining: () => {},
    failed: error => expect.unreachable(String(error)),
  });
  const soon = async (work: Promise<void>): Promise<boolean> => {
    const late = new AbortController();
    const inTime = await Promise.race([
      work.then(() => true),
      systemClock.sleep(soon_ms, late.signal).then(() => false),
    ]);
    late.abort();
    return inTime;
  };

  test('leaves at once while the broker is silent, and it could not even join', async () => {
    proxy.silence();
    await using log = closing(openKafkaLog({ brokers: proxy.brokers(), clientId: 'a', clock: Date.now }));
    const member = kafkaMembership(log.log, systemClock, times).join(seatOf(() => {}));
    expect(await soon(member.leave())).toBe(true);
  });

  test('leaves at once while the broker has fallen silent', async () => {
    await using log = closing(openKafkaLog({ brokers: proxy.brokers(), clientId: 'a', clock: Date.now }));
    const { promise: assigned, resolve } = Promise.withResolvers<void>();
    const member = kafkaMembership(log.log, systemClock, times).join(seatOf(resolve));
    await assigned;
    proxy.silence();
    expect(await soon(member.leave())).toBe(true);
  });

  async function works(hand: Hand): Promise<void> {
    const before = await valuesIn(fleet, ordersByItem.name);
    await fleet.send(orders, ...some(0, 10));
    await eventually(async () => (await valuesIn(fleet, ordersByItem.name)) === before + 10, 'ten more orders');
    await eventually(() => tasksOf(hand).length === 2, 'both tasks run');
  }
});

const graph: TopologyGraph = {
  name: '',
  tasks: 1,
  reads: [],
  steps: [],
  timed: false,
  writes: [],
  collections: [],
  edges: [],
};

const closing = (log: KafkaLog) => ({ log, [Symbol.asyncDispose]: () => log.close() });

async function valuesIn({ transport }: KafkaFleet, topic: string): Promise<number> {
  let count = 0;
  for await (const _ of recordsOf(transport, topic)) count++;
  return count;
}
