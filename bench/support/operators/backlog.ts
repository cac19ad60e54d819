/** A log of readings in memory, and what it takes a task of one's own to go through it. */
import { openSqliteDocuments } from '../../../src/documents/sqlite/documents.ts';
import { Graph } from '../../../src/engine/graph.ts';
import { TaskRunner } from '../../../src/engine/runner.ts';
import { openSqliteStateStore } from '../../../src/engine/state/sqlite.ts';
import { type Task, topology } from '../../../src/index.ts';
import { memoryRegistry } from '../../../src/stream/registry.ts';
import { openEmbeddedLog } from '../../../src/transport/embedded/open.ts';
import type { Transport } from '../../../src/transport/port.ts';
import { BatchBuilder, Kind, outside } from '../../../src/transport/record.ts';
import { type Reading, readings, left, right } from './streams.ts';

const perEpoch = 10_000;
const keys = 1_000;
const from = 1_700_000_000_000;
const topics = [readings, left, right];

export class Backlog implements AsyncDisposable {
  readonly #transport: Transport = openEmbeddedLog({ path: ':memory:' });
  readonly #records: number;
  #runs = 0;

  private constructor(records: number) {
    this.#records = records;
  }

  /** `readings` has all of them; `left` and `right` have half of them each, the right ones half a second later. */
  static async of(records: number): Promise<Backlog> {
    const backlog = new Backlog(records);
    for (const name of [...topics.map(stream => stream.name), 'dead-letters'])
      await backlog.#transport.createTopic(name, { partitions: 1 });
    for (let first = 0; first < records; first += perEpoch) {
      const count = Math.min(perEpoch, records - first);
      await backlog.#append(readings.name, first, count, 0);
      await backlog.#append(left.name, first / 2, count / 2, 0);
      await backlog.#append(right.name, first / 2, count / 2, 500);
    }
    return backlog;
  }

  /** Each run has a state and a journal of its own. */
  async nanosecondsOf(name: string, build: (task: Task) => void): Promise<number> {
    const own = topology(`run-${this.#runs++}`, build);
    const partitions = new Map([...topics.map(stream => stream.name), 'dead-letters'].map(topic => [topic, 1]));
    const documents = openSqliteDocuments({ path: ':memory:', clock: () => from });
    const store = openSqliteStateStore({ path: ':memory:' });
    try {
      const run = await TaskRunner.open(own.name, 0, {
        graph: new Graph([own], partitions),
        transport: this.#transport,
        documents,
        store,
        registry: memoryRegistry(),
        clock: { now: () => from, sleep: () => Promise.resolve(), turn: () => Promise.resolve() },
        limits: { maxRecords: perEpoch, maxBytes: 1 << 24 },
      });
      const began = performance.now();
      while (await run.step());
      const nanoseconds = ((performance.now() - began) * 1e6) / this.#records;
      if (run.task.moved < this.#records) throw new Error(`'${name}' has read ${run.task.moved} of ${this.#records}`);
      return nanoseconds;
    } finally {
      store.close();
      await documents.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#transport.close();
  }

  async #append(topic: string, first: number, count: number, later: number): Promise<void> {
    const builder = new BatchBuilder(outside, 0);
    for (let n = first; n < first + count; n++) {
      const reading: Reading = { sensor: `sensor-${(n * 7_919) % keys}`, value: n % 10, at: from + n + later };
      const envelope = { kind: Kind.value, watermark: -Infinity, origin: reading.at, key: reading.sensor, trace: '' };
      builder.add(envelope, (buffer, at) => readings.schema.encode(reading, buffer, at));
    }
    await this.#transport.append([{ topic, partition: 0, batches: builder.take() }]);
  }
}
