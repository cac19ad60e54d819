/** A dataflow whose log is out of order in every way at once: its results are those of a run that nobody disturbed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Application } from '../support/kafka/application.ts';
import { appendFaults, connectionFaults, groupFaults, readFaults } from '../support/kafka/fault-proxy/all-faults.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { brokers, noBroker } from '../support/kafka/suite.ts';
import { Random } from '../support/random.ts';

const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1e6);
/** An answer would be waited for so long. */
const requestTimeout_ms = 600_000;
/** A worker that is told to stop has ended by then, whatever the brokers do; on an idle machine within ten seconds. */
const stopped_ms = 120_000;

describe.skipIf(noBroker)(`a dataflow through the fault proxy (MILLRACE_SEED=${seed})`, () => {
  const random = new Random(seed);
  let proxy: FaultProxy;
  let app: Application;
  const log = () => ({ brokers: proxy.brokers() });

  beforeEach(async () => {
    proxy = await FaultProxy.start(brokers);
    app = await Application.create({ brokers }, random);
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  test('has the results of an undisturbed run, whatever goes wrong while it runs', async () => {
    const stop = new AbortController();
    const all = [...appendFaults, ...readFaults, ...groupFaults].filter(([api]) => api !== 'offsetFetch');
    const onItsWay = all.filter(([api]) => api === 'produce' || api === 'fetch');
    // These happen when the tasks are opened, when a leader is lost, when offsets are told to lag tools.
    const others = all.filter(fault => !onItsWay.includes(fault)).map(([api, fault]) => proxy.inject(api, fault));
    await app.traffic.send(50);
    const running = app.run('live', stop.signal, log());
    for (const [api, fault] of onItsWay) {
      const next = proxy.inject(api, fault);
      await app.traffic.send(10);
      await next.spent();
    }
    for (const fault of connectionFaults) {
      const next = proxy.injectOnConnect(fault);
      proxy.cut();
      await app.traffic.send(10);
      await next.spent();
    }
    await Promise.all(others.map(each => each.spent()));
    stop.abort();
    await running;
    await app.run('drain', new AbortController().signal, log());
    const { written, demanded } = await app.outcome();
    expect(written).toEqual(demanded);
  });

  test.for(['silent', 'shut'] as const)(
    'waits while the brokers are %s, and ends soon when it is told to',
    async how => {
      await app.traffic.send(100);
      const stop = new AbortController();
      const held = proxy.inject('produce', { kind: 'throttle', ms: 1 });
      const running = app.run('live', stop.signal, { ...log(), limits: { requestTimeout: requestTimeout_ms } });
      await held.spent();
      if (how === 'silent') proxy.silence();
      else await proxy.shut();
      await app.traffic.send(100);
      if (how === 'shut') await app.hasWaited(3);
      stop.abort();
      const asked = performance.now();
      await running;
      expect(performance.now() - asked).toBeLessThan(stopped_ms);
      if (how === 'silent') proxy.speak();
      else await proxy.open();
      await app.run('drain', new AbortController().signal, log());
      const { written, demanded } = await app.outcome();
      expect(written).toEqual(demanded);
    },
  );
});
