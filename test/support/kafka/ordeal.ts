/** A log of a test's own on the shared broker: what worker processes go through there, and what they leave behind. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaSection } from '../../../src/app/kafka-config.ts';
import type { Ports } from '../../../src/app/compose.ts';
import { Graph } from '../../../src/engine/graph.ts';
import type { Topology } from '../../../src/engine/topology.ts';
import type { Stream } from '../../../src/stream/stream.ts';
import { killed, orderly, WorkerProcess } from '../kill-child.ts';
import { dying } from '../kill-switch.ts';
import { openPlace, type Place } from '../place.ts';
import { downstream } from './downstream.ts';
import { brokers, unique } from './suite.ts';

const partitions = 2;
/** Processes take turns at them, as if on other machines: what one has in its checkpoints, the next one has not. */
const machines = 2;

export class Ordeal implements AsyncDisposable {
  readonly ports: Ports;
  readonly #prefix: string;
  readonly #folder: string;
  readonly #app: string;
  readonly #deadline: AbortSignal;
  #started = 0;

  private constructor(prefix: string, folder: string, ports: Ports, app: string, deadline: AbortSignal) {
    this.#prefix = prefix;
    this.#folder = folder;
    this.ports = ports;
    this.#app = app;
    this.#deadline = deadline;
  }

  /** `app` is the path of the module that exports the topologies, seen from here. */
  static async begin(app: string, topologies: readonly Topology[], deadline_ms: number): Promise<Ordeal> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-ordeal-'));
    const prefix = `${unique('ordeal')}.`;
    const ports = await openPlace(placeOf(folder, prefix, 0));
    const topics = [...Graph.streamsOf(topologies)];
    await Promise.all(topics.map(topic => ports.transport.createTopic(topic, { partitions })));
    const path = fileURLToPath(new URL(app, import.meta.url));
    return new Ordeal(prefix, folder, ports, path, AbortSignal.timeout(deadline_ms));
  }

  /** A process on the machine whose turn it is. `kill` is for its `KillSwitch`. */
  worker(mode: 'live' | 'drain', kill = ''): WorkerProcess {
    const place = placeOf(this.#folder, this.#prefix, this.#started++ % machines);
    return new WorkerProcess(place, mode, this.#deadline, kill, this.#app);
  }

  /** A process that kills itself at the point. */
  async die(point: string): Promise<void> {
    const child = this.worker('live', point);
    let last = '';
    for await (const line of child.lines) last = line;
    assert.deepEqual({ ...(await child.ended), last }, { ...killed, last: dying }, point);
  }

  /** A process that is killed once it has said so many lines, or has nothing more to say. */
  async killedAfter(lines: number): Promise<void> {
    const child = this.worker('drain');
    let said = 0;
    for await (const _ of child.lines) if (++said >= lines) break;
    child.kill();
    assert.equal((await child.ended).complaint, '');
  }

  /** A process that does all there is to do. */
  async drain(): Promise<void> {
    const child = this.worker('drain');
    child.lines.resume();
    assert.deepEqual(await child.ended, orderly);
  }

  /** The machine whose turn it is has lost its disk. */
  loseState(): void {
    rmSync(stateOf(this.#folder, this.#started % machines), { recursive: true, force: true });
  }

  /** How the stream's topic is called on the broker. */
  topic({ name }: Stream<never>): string {
    return this.#prefix + name;
  }

  /** As somebody sees the stream who is not Millrace. */
  read<T>(stream: Stream<T>): Promise<readonly T[]> {
    return downstream(brokers, this.topic(stream), stream);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ports[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }
}

const stateOf = (folder: string, machine: number): string => join(folder, `state-${machine}`);

const placeOf = (folder: string, prefix: string, machine: number): Place => ({
  data: join(folder, 'data'),
  state: stateOf(folder, machine),
  transport: 'kafka',
  kafka: kafkaSection.parse({ brokers, tls: {}, sasl: {} }),
  documents: 'sqlite',
  prefix,
});
