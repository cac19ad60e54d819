/** What a broker or the way to it does wrong has a stated result: a record once, an error with a remedy, never a hang. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import type { KafkaOptions } from '../../src/transport/kafka/options.ts';
import { OffsetOutOfRange, type TopicPartition, UnknownTopic } from '../../src/transport/port.ts';
import { impatient, opened, type OpenedLog } from '../support/kafka/adapter.ts';
import { errors } from '../support/kafka/fault-proxy/faults.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { batchesOf, numbered, readAll, valuesOf } from '../transport/records.ts';

const wide = { maxRecords: 10_000, maxBytes: 10_000_000 };
const never = new AbortController().signal;

describe.skipIf(noBroker)('between the adapter and its broker', () => {
  let proxy: FaultProxy;
  let at: TopicPartition;
  beforeAll(async () => void (proxy = await FaultProxy.start(brokers)));
  afterAll(() => proxy[Symbol.asyncDispose]());
  beforeEach(async () => {
    proxy.heal();
    at = { topic: unique('faults'), partition: 0 };
    await using adapter = opened(brokers);
    await adapter.log.createTopic(at.topic, { partitions: 1 });
  });

  /** An adapter that sees the broker through the proxy, and has met it already. */
  async function met(options: Partial<KafkaOptions> = {}): Promise<OpenedLog> {
    const adapter = opened(proxy.brokers(), options);
    await adapter.log.append([{ ...at, batches: batchesOf('met') }]);
    await adapter.log.read({ ...at, from: 0, ...wide });
    return adapter;
  }

  const append = ({ log }: OpenedLog, ...values: string[]) => log.append([{ ...at, batches: batchesOf(...values) }]);
  const read = ({ log }: OpenedLog, from = 0) => log.read({ ...at, from, ...wide });
  const found = async () => {
    await using adapter = opened(brokers);
    return (await readAll(adapter.log, at)).map(({ value }) => value);
  };

  describe('an append', () => {
    test.each(['lose', 'truncate'] as const)('whose answer is lost (%s) is there once', async kind => {
      await using adapter = await met();
      const fault = proxy.inject('produce', { kind }, 2);
      expect(await append(adapter, 'a', 'b')).toEqual([1]);
      expect(await append(adapter, 'c')).toEqual([3]);
      expect(fault.fired).toBe(2);
      expect(await found()).toEqual(['met', 'a', 'b', 'c']);
      expect(adapter.log.troubles.counts.get('connection')).toBeGreaterThanOrEqual(2);
    });

    test.each(['UNKNOWN', 'NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS', 'KAFKA_STORAGE_ERROR'] as const)(
      'that is refused with %s is tried again',
      async name => {
        await using adapter = await met();
        const fault = proxy.inject('produce', { kind: 'refuse', code: errors[name] }, 2);
        await append(adapter, 'a');
        expect(fault.fired).toBe(2);
        expect(await found()).toEqual(['met', 'a']);
      },
    );

    test('whose success is reported as an error is there once, too', async () => {
      await using adapter = await met();
      proxy.inject('produce', { kind: 'misreport', code: errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND }, 2);
      expect(await append(adapter, 'a')).toEqual([1]);
      expect(await found()).toEqual(['met', 'a']);
    });

    test('that is refused for ever is given up, and the next one begins anew', async () => {
      await using adapter = await met();
      proxy.inject('produce', { kind: 'refuse', code: errors.UNKNOWN }, 1_000);
      await expect(append(adapter, 'a')).rejects.toThrow(Unavailable);
      proxy.heal();
      await append(adapter, 'b');
      expect(await found()).toEqual(['met', 'b']);
    });

    test('whose answers are all lost may be there, and the next one is there all the same', async () => {
      await using adapter = await met();
      proxy.inject('produce', { kind: 'lose' }, 6);
      await expect(append(adapter, 'a')).rejects.toThrow(Unavailable);
      await append(adapter, 'b');
      expect(await found()).toEqual(['met', 'a', 'b']);
    });

    test('without the right to it says so at once, and succeeds when the right is given back', async () => {
      await using adapter = await met();
      const fault = proxy.inject('produce', { kind: 'refuse', code: errors.TOPIC_AUTHORIZATION_FAILED }, 1);
      await expect(append(adapter, 'a')).rejects.toThrow(Unavailable);
      await append(adapter, 'b');
      proxy.inject('produce', { kind: 'refuse', code: errors.TOPIC_AUTHORIZATION_FAILED }, 1);
      await expect(append(adapter, 'c')).rejects.toThrow('Give the client back the right to it');
      expect(fault.fired).toBe(1);
      expect(await found()).toEqual(['met', 'b']);
    });

    test('that is throttled waits as long as it is asked to', async () => {
      await using adapter = await met();
      proxy.inject('produce', { kind: 'throttle', ms: 300 });
      const began = performance.now();
      await append(adapter, 'a');
      await append(adapter, 'b');
      expect(performance.now() - began).toBeGreaterThan(250);
      expect(adapter.log.troubles.counts.get('throttled')).toBe(1);
    });
  });

  describe('a read', () => {
    test.each(['UNKNOWN', 'NOT_LEADER_OR_FOLLOWER', 'LEADER_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR'] as const)(
      'that is refused with %s is tried again, then given up as Unavailable',
      async name => {
        await using adapter = await met();
        const [code, from] = [errors[name], 1];
        const fault = proxy.inject('fetch', { kind: 'refuse', code }, 2);
        await append(adapter, 'a');
        expect(valuesOf(await read(adapter, from), from)).toEqual(['a']);
        expect(fault.fired).toBe(2);
        proxy.inject('fetch', { kind: 'refuse', code }, 1_000);
        await expect(read(adapter, 2)).rejects.toThrow(Unavailable);
        proxy.heal();
        expect(await read(adapter, 2)).toEqual([]);
      },
    );

    test('out of range says so, and never jumps', async () => {
      await using adapter = await met();
      proxy.inject('fetch', { kind: 'refuse', code: errors.OFFSET_OUT_OF_RANGE });
      await expect(read(adapter, 1)).rejects.toThrow(OffsetOutOfRange);
      expect(await read(adapter, 1)).toEqual([]);
    });

    test('that is answered with nothing, though there is something, is asked again', async () => {
      await using adapter = await met();
      await append(adapter, 'a');
      const fault = proxy.inject('fetch', { kind: 'empty' }, 3);
      await using fresh = opened(proxy.brokers());
      expect(valuesOf(await read(fresh))).toEqual(['met', 'a']);
      expect(fault.fired).toBe(3);
      proxy.inject('fetch', { kind: 'empty' }, 1_000);
      await using starved = opened(proxy.brokers());
      await expect(read(starved)).rejects.toThrow(Unavailable);
    });

    test.each(['truncate', 'lose'] as const)(
      'whose answer is broken (%s) is Unavailable, the next one is whole',
      async kind => {
        await using adapter = await met();
        await append(adapter, ...numbered('a', 100));
        await using fresh = opened(proxy.brokers());
        const fault = proxy.inject('fetch', { kind });
        await expect(read(fresh)).rejects.toThrow(Unavailable);
        expect(fault.fired).toBe(1);
        expect(valuesOf(await read(fresh))).toEqual(['met', ...numbered('a', 100)]);
      },
    );

    test('of a broker that asks for patience has it, and is counted', async () => {
      await using adapter = await met();
      proxy.inject('fetch', { kind: 'throttle', ms: 200 });
      await append(adapter, 'a');
      expect(valuesOf(await read(adapter, 1), 1)).toEqual(['a']);
      await append(adapter, 'b');
      expect(valuesOf(await read(adapter, 2), 2)).toEqual(['b']);
      expect(adapter.log.troubles.counts.get('throttled')).toBe(1);
    });

    test('of a partition without a leader waits until it has one, within bounds', async () => {
      await using adapter = opened(proxy.brokers(), { limits: impatient });
      const fault = proxy.inject('metadata', { kind: 'misdirect' }, 2);
      expect(await read(adapter)).toEqual([]);
      expect(fault.fired).toBe(2);
      expect(adapter.log.troubles.counts.get('LEADER_NOT_AVAILABLE')).toBeGreaterThan(0);
      proxy.inject('metadata', { kind: 'misdirect' }, 1_000);
      await using leaderless = opened(proxy.brokers(), { limits: impatient });
      await expect(read(leaderless)).rejects.toThrow('has no leader');
    });
  });

  describe('a wait for records', () => {
    test('goes on over errors that pass, and ends with one that does not', async () => {
      await using adapter = await met();
      const fault = proxy.inject('fetch', { kind: 'refuse', code: errors.NOT_LEADER_OR_FOLLOWER }, 3);
      const grown = adapter.log.grown([{ ...at, offset: 1 }], never);
      await fault.spent();
      await append(adapter, 'a');
      await grown;
      proxy.inject('fetch', { kind: 'refuse', code: errors.UNKNOWN }, 1_000);
      await expect(adapter.log.grown([{ ...at, offset: 2 }], never)).rejects.toThrow(Unavailable);
    });

    test('is told when its connection is cut, and finds what came meanwhile', async () => {
      await using adapter = await met();
      const held = proxy.seen('fetch');
      const grown = adapter.log.grown([{ ...at, offset: 1 }], never);
      await expect.poll(() => proxy.seen('fetch')).toBeGreaterThan(held);
      proxy.cut();
      await expect(grown).rejects.toThrow(Unavailable);
      await append(adapter, 'a');
      await adapter.log.grown([{ ...at, offset: 1 }], never);
      expect(valuesOf(await read(adapter, 1), 1)).toEqual(['a']);
    });
  });

  describe('a broker that is silent', () => {
    test('makes everything Unavailable in time, and is used again when it speaks', async () => {
      await using adapter = await met({ limits: impatient });
      const { log } = adapter;
      proxy.silence();
      const calls = [
        read(adapter, 1),
        append(adapter, 'a'),
        log.bounds(at),
        log.grown([{ ...at, offset: 1 }], never),
        log.commit('group', [{ ...at, offset: 1 }]),
        log.topics(),
        log.createTopic(unique('another'), { partitions: 1 }),
      ];
      for (const call of await Promise.allSettled(calls))
        expect(call).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
      proxy.speak();
      await append(adapter, 'b');
      expect((await found()).filter(value => value !== 'a')).toEqual(['met', 'b']);
      expect(valuesOf(await read(adapter, 1), 1)).toContain('b');
    });

    test('holds neither a signal nor the end of the log back', async () => {
      await using adapter = await met();
      const { log } = adapter;
      const fresh = opened(proxy.brokers());
      proxy.silence();
      const abort = new AbortController();
      const waits = [
        log.grown([{ ...at, offset: 1 }], abort.signal),
        fresh.log.grown([{ ...at, offset: 0 }], abort.signal),
      ];
      abort.abort();
      await Promise.all(waits);
      const forever = log.grown([{ ...at, offset: 1 }], never);
      const calls = [read(adapter, 1), append(adapter, 'a'), log.bounds(at), fresh.log.topics()];
      const settled = Promise.allSettled(calls);
      for (let turn = 0; turn < 20; turn++) await setImmediate(); // until all have been sent
      const began = performance.now();
      await log.close();
      await fresh.log.close();
      await forever;
      for (const call of await settled) expect(call.status).toBe('rejected');
      expect(performance.now() - began).toBeLessThan(20_000);
      proxy.speak();
    });

    test('that nobody can connect to is Unavailable, too', async () => {
      await proxy.shut();
      await using adapter = opened(proxy.brokers());
      await expect(read(adapter)).rejects.toThrow(Unavailable);
      await proxy.open();
      await append(adapter, 'a');
      expect(valuesOf(await read(adapter))).toEqual(['a']);
    });

    test('that takes long to connect to is waited for, within bounds', async () => {
      proxy.injectOnConnect({ kind: 'slow', ms: 300 });
      await using patient = opened(proxy.brokers());
      expect(await read(patient)).toEqual([]);
      proxy.injectOnConnect({ kind: 'slow', ms: 3_000 });
      await using adapter = opened(proxy.brokers(), { limits: impatient });
      await expect(read(adapter)).rejects.toThrow(Unavailable);
      proxy.injectOnConnect({ kind: 'reset' });
      await using again = opened(proxy.brokers());
      await expect(read(again)).rejects.toThrow(Unavailable);
      expect(await read(again)).toEqual([]);
    });
  });

  describe('a coordinator', () => {
    test.each(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'] as const)(
      'that answers %s is looked for again',
      async name => {
        await using adapter = await met();
        const group = unique('group');
        const fault = proxy.inject('offsetCommit', { kind: 'refuse', code: errors[name] }, 2);
        await adapter.log.commit(group, [{ ...at, offset: 1 }]);
        expect(fault.fired).toBe(2);
        expect(await adapter.log.committed(group)).toEqual([{ ...at, offset: 1 }]);
      },
    );

    test('that takes no offsets while members come and go holds nobody up, and it is counted', async () => {
      await using adapter = await met();
      proxy.inject('offsetCommit', { kind: 'refuse', code: errors.REBALANCE_IN_PROGRESS });
      await adapter.log.commit(unique('group'), [{ ...at, offset: 1 }]);
      expect([...adapter.log.troubles.counts.keys()]).toContain('REBALANCE_IN_PROGRESS');
    });
  });

  test('a topic that is gone is unknown to readers that wait for it and to writers', async () => {
    await using adapter = await met();
    proxy.inject('metadata', { kind: 'refuse', code: errors.UNKNOWN_TOPIC_OR_PARTITION }, 1_000);
    proxy.inject('fetch', { kind: 'refuse', code: errors.UNKNOWN_TOPIC_OR_PARTITION }, 1_000);
    proxy.inject('produce', { kind: 'refuse', code: errors.UNKNOWN_TOPIC_OR_PARTITION }, 1_000);
    await expect(read(adapter, 1)).rejects.toThrow(UnknownTopic);
    await expect(append(adapter, 'a')).rejects.toThrow(UnknownTopic);
    await expect(adapter.log.grown([{ ...at, offset: 1 }], never)).rejects.toThrow(UnknownTopic);
  });
});
