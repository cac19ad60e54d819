/** The adapter under every fault of the protocol: appends neither lost nor doubled, reads that skip nothing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import type { KafkaLog } from '../../src/transport/kafka/open.ts';
import {
  appendFaults,
  connectionFaults,
  empty,
  groupFaults,
  lose,
  readFaults,
  refuse,
  throttle,
  truncate,
} from '../support/kafka/fault-proxy/all-faults.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { openImpatient } from '../support/kafka/log.ts';
import { appendNumbers, patiently, readNumbers, upTo, witnessedNumbers } from '../support/kafka/numbers.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { createTopic } from '../support/kafka/witness.ts';
import { Random } from '../support/random.ts';

const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1e6);

describe.skipIf(noBroker)('a fault between the adapter and its broker', () => {
  let proxy: FaultProxy;
  let log: KafkaLog;
  /** Beside the proxy: it meets no fault. */
  let direct: KafkaLog;
  let at: { topic: string; partition: number };

  beforeEach(async () => {
    at = { topic: unique('faults'), partition: 0 };
    await createTopic(brokers, at.topic);
    proxy = await FaultProxy.start(brokers);
    log = openImpatient(proxy.brokers());
    direct = openImpatient(brokers);
  });
  afterEach(async () => {
    await Promise.all([log.close(), direct.close()]);
    await proxy[Symbol.asyncDispose]();
  });

  test.for(appendFaults)('on %s loses and doubles nothing that is appended: %j', async ([api, fault]) => {
    const injected = proxy.inject(api, fault, 2);
    for (const number of upTo(4)) await patiently(() => appendNumbers(log, at, [2 * number, 2 * number + 1]));
    expect(injected.fired).toBe(2);
    expect(await witnessedNumbers(brokers, at)).toEqual(upTo(8));
  });

  test.for(readFaults)('on %s makes no read skip anything: %j', async ([api, fault]) => {
    await appendNumbers(direct, at, upTo(40));
    const injected = proxy.inject(api, fault);
    expect(await readNumbers(log, at)).toEqual(upTo(40));
    expect(injected.fired).toBe(1);
  });

  test.for(groupFaults)('on %s leaves the offsets of a group as they were committed: %j', async ([api, fault]) => {
    await appendNumbers(direct, at, upTo(3));
    const injected = proxy.inject(api, fault, 2);
    const group = unique('group');
    await patiently(() => log.commit(group, [{ ...at, offset: 2 }]));
    await patiently(() => log.committed(group));
    await injected.spent(1_000);
    expect(await direct.committed(group)).toEqual([{ ...at, offset: 2 }]);
  });

  test.for(connectionFaults)('when it connects, %j, is got over', async fault => {
    const injected = proxy.injectOnConnect(fault, 3);
    await patiently(() => appendNumbers(log, at, upTo(10)));
    expect(await readNumbers(log, at)).toEqual(upTo(10));
    expect(injected.fired).toBe(3);
    expect(await witnessedNumbers(brokers, at)).toEqual(upTo(10));
  });

  test.for([refuse('UNKNOWN'), empty, truncate, lose, throttle])(
    'does not keep who waits at the end of the log from what comes: %j',
    async fault => {
      const injected = proxy.inject('fetch', fault, 3);
      const waiting = patiently(() => log.grown([{ ...at, offset: 0 }], AbortSignal.timeout(180_000)));
      await injected.spent();
      await appendNumbers(direct, at, upTo(1));
      await waiting;
      expect(await readNumbers(log, at)).toEqual(upTo(1));
    },
  );

  test('that lasts makes an append Unavailable, and nothing is there where nothing reached the broker', async () => {
    proxy.inject('produce', refuse('NOT_ENOUGH_REPLICAS'), Infinity);
    await expect(appendNumbers(log, at, upTo(3))).rejects.toThrow(Unavailable);
    proxy.heal();
    await appendNumbers(log, at, upTo(3));
    expect(await witnessedNumbers(brokers, at)).toEqual(upTo(3));
  });

  test('that lasts and hides what the broker has done doubles it, whole and in order, for readers to drop', async () => {
    const lost = proxy.inject('produce', lose, Infinity);
    await expect(appendNumbers(log, at, upTo(3))).rejects.toThrow(Unavailable);
    expect(lost.fired).toBeGreaterThan(1);
    proxy.heal();
    await appendNumbers(log, at, upTo(3));
    expect(await witnessedNumbers(brokers, at)).toEqual([...upTo(3), ...upTo(3)]);
  });

  test('is counted, and told with its reason', async () => {
    proxy.inject('produce', refuse('NOT_LEADER_OR_FOLLOWER'));
    await appendNumbers(log, at, upTo(1));
    expect(log.troubles.counts.get('NOT_LEADER_FOR_PARTITION')).toBe(1);
  });

  test(`of any kind at any moment: what is appended and read at once is whole (MILLRACE_SEED=${seed})`, async () => {
    const random = new Random(seed);
    const all = [...appendFaults, ...readFaults].filter(([, { kind }]) => kind !== 'hold');
    const reading = (async () => {
      const numbers: number[] = [];
      while (numbers.at(-1) !== 199) numbers.push(...(await readNumbers(log, at, numbers.length)));
      return numbers;
    })();
    const givenUp = new Set<number>();
    for (const number of upTo(100)) {
      if (random.chance(0.4)) proxy.inject(...random.pick(all));
      if (random.chance(0.1)) proxy.injectOnConnect(random.pick(connectionFaults));
      if (random.chance(0.05)) proxy.cut();
      const pair = [2 * number, 2 * number + 1];
      await patiently(async () => {
        await appendNumbers(log, at, pair).catch((error: unknown) => {
          for (const each of pair) givenUp.add(each);
          throw error;
        });
      });
    }
    const there = await witnessedNumbers(brokers, at);
    expect([...new Set(there)]).toEqual(upTo(200));
    // Only of an append that was given up nobody knows whether it arrived: whoever tries again may double it.
    expect(there.filter((number, index) => there.indexOf(number) < index && !givenUp.has(number))).toEqual([]);
    expect([...new Set(await reading)]).toEqual(upTo(200));
  });
});
