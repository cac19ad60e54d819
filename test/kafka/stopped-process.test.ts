/** The command itself, told to stop while its brokers are silent: it ends, and what it had begun is finished later. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKafkaLog } from '../../src/transport/kafka/open.ts';
import { millraceWith, startedWith } from '../support/cli.ts';
import { KafkaBroker } from '../support/kafka/broker.ts';
import { FaultProxy } from '../support/kafka/fault-proxy/proxy.ts';
import { noOwnBroker } from '../support/kafka/suite.ts';
import { createTopics } from '../support/kill-outcome.ts';
import { Traffic } from '../support/kill-traffic.ts';
import { Random } from '../support/random.ts';

const app = fileURLToPath(new URL('../../examples/sensor-counts.ts', import.meta.url));
/** An answer would be waited for so long. */
const requestTimeout_ms = 600_000;
/** Some twenty seconds on an idle machine. */
const ended_ms = 90_000;

describe.skipIf(noOwnBroker)('`millrace run` that is told to stop while its brokers are silent', () => {
  let broker: KafkaBroker;
  let proxy: FaultProxy;
  const data = mkdtempSync(join(tmpdir(), 'millrace-stopped-'));
  beforeAll(async () => {
    broker = await KafkaBroker.start();
    proxy = await FaultProxy.start(broker.brokers());
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });

  test('ends before anybody loses patience', async () => {
    const log = openKafkaLog({ brokers: broker.brokers(), clientId: 'beside', clock: () => Date.now() });
    await createTopics({ transport: log });
    const traffic = new Traffic(log, new Random(1));
    await traffic.send(100);
    const environment = {
      MILLRACE_KAFKA_REQUEST_TIMEOUT_MS: `${requestTimeout_ms}`,
      MILLRACE_TRANSPORT: 'kafka',
      MILLRACE_KAFKA_BROKERS: proxy.brokers().join(),
      MILLRACE_DATA: data,
    };
    const running = startedWith(environment, 'run', '--app', app);
    const counted = async (): Promise<number> => (await log.bounds({ topic: 'site-counts', partition: 0 })).end;
    await expect.poll(counted).toBeGreaterThan(0);
    proxy.silence();
    await traffic.send(100);
    const asked = performance.now();
    const { stderr } = await running.stop('SIGTERM');
    expect(performance.now() - asked).toBeLessThan(ended_ms);
    expect(stderr).toContain('finishing the epochs under way');
    proxy.speak();
    expect(await millraceWith(environment, 'run', '--app', app, '--until-caught-up', '--json')).toMatchObject({
      code: 0,
    });
    await log.close();
  });
});
