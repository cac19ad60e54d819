/** A small application on a broker: the engine as it is, its log reached through whatever a test puts between. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { topologies } from '../../../examples/sensor-counts.ts';
import { openEmbedded, type Ports } from '../../../src/app/compose.ts';
import { Engine, type EngineOptions } from '../../../src/engine/engine.ts';
import type { Unavailable } from '../../../src/errors.ts';
import { type KafkaLog, openKafkaLog } from '../../../src/transport/kafka/open.ts';
import type { KafkaOptions } from '../../../src/transport/kafka/options.ts';
import { createTopics, demanded, written } from '../kill-outcome.ts';
import { Traffic } from '../kill-traffic.ts';
import { prefixed } from '../prefixed.ts';
import type { Random } from '../random.ts';
import { openImpatient } from './log.ts';
import { patiently } from './numbers.ts';
import { unique } from './suite.ts';

type Broker = Pick<KafkaOptions, 'brokers' | 'sasl'>;

/** Everything but the log lies in a folder of its own. */
export class Application implements AsyncDisposable {
  readonly prefix = `${unique('app')}-`;
  /** Sends events, and sees what was written, beside whatever stands between the engine and the broker. */
  readonly traffic: Traffic;
  /** What the tasks have waited for, in the order in which they told it. */
  readonly waits: Unavailable[] = [];
  #attempts = 0;
  #committed = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-app-'));
  readonly #broker: Broker;
  readonly #direct: KafkaLog;

  private constructor(broker: Broker, random: Random) {
    this.#broker = broker;
    this.#direct = openKafkaLog({ ...broker, clientId: 'beside', clock: () => Date.now() });
    this.traffic = new Traffic(prefixed(this.#direct, this.prefix), random);
  }

  static async create(broker: Broker, random: Random): Promise<Application> {
    const application = new Application(broker, random);
    await application.createTopics();
    return application;
  }

  createTopics(): Promise<void> {
    return createTopics({ transport: prefixed(this.#direct, this.prefix) });
  }

  /** As the broker knows it. */
  topic(name: string): string {
    return this.prefix + name;
  }

  /** Until the signal aborts, or until it has caught up. */
  async run(mode: 'live' | 'drain', stop: AbortSignal, log: Partial<KafkaOptions> = {}): Promise<void> {
    await using ports = await openEmbedded(this.#folder);
    const transport = openImpatient(this.#broker.brokers, { ...this.#broker, ...log });
    try {
      // Where nobody tells how many partitions there are it does not begin: whoever starts it starts it again.
      const engine = await patiently(() => Engine.open(this.#options(ports, transport), stop));
      await (mode === 'drain' ? engine.runUntilCaughtUp(stop) : engine.run(stop));
    } finally {
      await transport.close();
    }
  }

  /** Until its tasks have found the log away so often from now on. */
  hasWaited(times: number): Promise<void> {
    return more(() => this.waits.length, times, 'waits');
  }

  /** Until a task has tried so often in vain to do one thing. */
  async hasTried(attempts: number): Promise<void> {
    const enough = (): void => {
      if (this.#attempts < attempts) throw new Error(`Only ${this.#attempts} attempts of ${attempts}`);
    };
    await vi.waitFor(enough, patience);
  }

  /** Until its tasks have committed so many epochs from now on. */
  hasCommitted(epochs: number): Promise<void> {
    return more(() => this.#committed, epochs, 'epochs');
  }

  /** What was written, and what had to be. */
  async outcome(): Promise<{ readonly written: object; readonly demanded: object }> {
    await using ports: Ports = await openEmbedded(this.#folder);
    const { documents } = ports;
    const transport = prefixed(this.#direct, this.prefix);
    return { written: await written({ ...ports, documents, transport }), demanded: demanded(this.traffic.sent) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#direct.close();
    rmSync(this.#folder, { recursive: true });
  }

  #options(ports: Ports, transport: KafkaLog): EngineOptions {
    return {
      topologies,
      transport: prefixed(transport, this.prefix),
      documents: ports.documents,
      store: ports.openStore(),
      registry: ports.registry,
      clock: ports.clock,
      maxRecords: 20,
      budgetBytes: 1 << 24,
      observer: {
        waiting: (_, __, error, attempt) => {
          this.waits.push(error);
          this.#attempts = Math.max(this.#attempts, attempt);
        },
        committed: () => void this.#committed++,
      },
    };
  }
}

const patience = { timeout: 180_000, interval: 20 };

async function more(count: () => number, times: number, of: string): Promise<void> {
  const wanted = count() + times;
  const enough = (): void => {
    if (count() < wanted) throw new Error(`Only ${count()} ${of} of ${wanted}`);
  };
  await vi.waitFor(enough, patience);
}
