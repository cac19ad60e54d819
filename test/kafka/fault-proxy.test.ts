/** The proxy between clients and brokers: everything goes through it, and each fault happens as often as asked for. */
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errors } from '../support/kafka/fault-proxy/faults.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { createTopic, readTopic, witness } from '../support/kafka/witness.ts';

describe.skipIf(noBroker)('between kafkajs and its broker', () => {
  let proxy: FaultProxy;
  let topic: string;
  const written = async (): Promise<unknown[]> => values(await readTopic(brokers, topic));
  const readThrough = async (): Promise<unknown[]> => values(await readTopic(proxy.brokers(), topic));
  const send = (value: string, idempotent = false): Promise<void> => produce(proxy.brokers(), topic, value, idempotent);

  beforeEach(async () => {
    topic = unique('proxied');
    await createTopic(brokers, topic);
    proxy = await FaultProxy.start(brokers);
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  test('everything passes the proxy, also what the answers of brokers lead to', async () => {
    await send('a');
    expect(await readThrough()).toEqual(['a']);
    const apis = ['apiVersions', 'metadata', 'produce', 'findCoordinator', 'joinGroup', 'syncGroup', 'fetch'] as const;
    expect(apis.filter(api => proxy.seen(api) === 0)).toEqual([]);
  });

  test('a request that is refused never reaches the broker', async () => {
    const refused = proxy.inject('produce', { kind: 'refuse', code: errors.NOT_LEADER_OR_FOLLOWER }, 2);
    await send('a');
    expect(refused.fired).toBe(2);
    expect(await written()).toEqual(['a']);
  });

  test.for([
    ['an error', { kind: 'misreport', code: errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND }],
    ['the end of the connection', { kind: 'lose' }],
    ['half an answer', { kind: 'truncate' }],
  ] as const)('a broker whose answer becomes %s has done its work: only idempotence hides it', async ([, fault]) => {
    const injected = proxy.inject('produce', fault, 2);
    await send('plain');
    await send('idempotent', true);
    expect(injected.fired).toBe(2);
    expect(await written()).toEqual(['plain', 'plain', 'plain', 'idempotent']);
  });

  test.for([
    ['metadata', { kind: 'misreport', code: errors.LEADER_NOT_AVAILABLE }],
    ['findCoordinator', { kind: 'refuse', code: errors.COORDINATOR_NOT_AVAILABLE }],
    ['findCoordinator', { kind: 'misdirect' }],
    ['joinGroup', { kind: 'refuse', code: errors.NOT_COORDINATOR }],
    ['syncGroup', { kind: 'misreport', code: errors.REBALANCE_IN_PROGRESS }],
    ['offsetFetch', { kind: 'lose' }],
    ['fetch', { kind: 'refuse', code: errors.NOT_LEADER_OR_FOLLOWER }],
    ['fetch', { kind: 'empty' }],
    ['fetch', { kind: 'truncate' }],
  ] as const)('a client reads on after %s: %j', async ([api, fault]) => {
    await send('a');
    const injected = proxy.inject(api, fault);
    expect(await readThrough()).toEqual(['a']);
    expect(injected.fired).toBe(1);
  });

  test('an answer that asks for patience delays the next request', async () => {
    const producer = witness(proxy.brokers()).producer();
    await producer.connect();
    proxy.inject('produce', { kind: 'throttle', ms: 300 });
    const began = performance.now();
    await producer.send({ topic, messages: [{ value: 'a' }] });
    await producer.send({ topic, messages: [{ value: 'b' }] });
    expect(performance.now() - began).toBeGreaterThan(290);
    await producer.disconnect();
  });

  test('an answer that is held comes when it is let go, and others pass meanwhile', async () => {
    const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
    const held = proxy.inject('produce', { kind: 'hold', until });
    let answered = false;
    const first = send('held').then(() => (answered = true));
    await held.spent();
    await send('other');
    expect(answered).toBe(false);
    letGo();
    await first;
    // Its answer is held, not the broker: by another connection the other may have come to it first.
    expect(new Set(await written())).toEqual(new Set(['held', 'other']));
  });

  test.for([
    ['slow', { kind: 'slow', ms: 200 }],
    ['reset at once', { kind: 'reset' }],
    ['cut within an answer', { kind: 'cut', afterBytes: 600 }],
  ] as const)('a client connects again after a connection that is %s', async ([, fault]) => {
    const injected = proxy.injectOnConnect(fault);
    await send('a');
    expect(injected.fired).toBe(1);
    expect(await written()).toContain('a');
  });

  test('a connection that is cut has brought exactly so many bytes', async () => {
    const cut = proxy.injectOnConnect({ kind: 'cut', afterBytes: 100 });
    const socket = connect(Number(proxy.brokers()[0]?.split(':')[1]), '127.0.0.1');
    socket.write(askVersions);
    expect((await buffer(socket)).length).toBe(100);
    expect(cut.fired).toBe(1);
  });

  test('nobody listens while it is shut, nothing passes while it is silent, and all goes on afterwards', async () => {
    await proxy.shut();
    const whileShut = send('shut');
    await proxy.open();
    await whileShut;
    proxy.silence();
    let answered = false;
    const whileSilent = send('silent').then(() => (answered = true));
    await produce(brokers, topic, 'beside', false);
    expect(answered).toBe(false);
    proxy.speak();
    await whileSilent;
    expect(await written()).toEqual(['shut', 'beside', 'silent']);
  });

  test('faults that were taken back do not happen', async () => {
    const never = proxy.inject('produce', { kind: 'lose' });
    proxy.heal();
    await send('a');
    expect(never.fired).toBe(0);
    await expect(never.spent(1)).rejects.toThrow('{"kind":"lose"} on produce fired 0 times of 1');
  });
});

/** ApiVersions 0, the first request of every client: size, api key, version, correlation id, an empty client id. */
const askVersions = Buffer.from('0000000a00120000000000010000', 'hex');

const values = (records: Awaited<ReturnType<typeof readTopic>>): unknown[] =>
  records.map(({ value }) => value?.toString());

async function produce(to: string[], topic: string, value: string, idempotent: boolean): Promise<void> {
  const producer = witness(to).producer({ idempotent });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: 'key', value }] });
  } finally {
    await producer.disconnect();
  }
}
