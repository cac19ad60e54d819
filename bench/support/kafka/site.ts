/** One broker for a whole benchmark, and the inputs on it, each loaded when it is first asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { KafkaBroker } from '../../../test/support/kafka/broker.ts';
import { type Input, recordsOf } from './input.ts';
import { clientOf, createTopics, deleteTopics, load, untilGroupsAreThere } from './load.ts';

export class Site implements AsyncDisposable {
  readonly broker: KafkaBroker;
  readonly kafka: Kafka;
  readonly input: Input;
  readonly #loaded = new Map<string, Promise<string>>();
  #runs = 0;

  private constructor(broker: KafkaBroker, input: Input) {
    this.broker = broker;
    this.input = input;
    this.kafka = clientOf(this.brokers);
  }

  static async open(input: Input): Promise<Site> {
    const site = new Site(await KafkaBroker.start(), input);
    await createTopics(site.kafka, ['dead-letters'], 1);
    await untilGroupsAreThere(site.kafka);
    return site;
  }

  get brokers(): string {
    return this.broker.brokers().join(',');
  }

  /** The topic that has all records, or those that happened so many milliseconds later. */
  loaded(partitions: number, later = 0): Promise<string> {
    const topic = later === 0 ? `readings-${partitions}` : `readings-${partitions}-later-${later}`;
    const known = this.#loaded.get(topic) ?? this.#load(topic, partitions, later);
    this.#loaded.set(topic, known);
    return known;
  }

  /** Names and a folder of a run's own; what it leaves on the broker and on the disk goes with it. */
  run(name: string): Run {
    return new Run(this, `${name}-${this.#runs++}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.broker[Symbol.asyncDispose]();
  }

  async #load(topic: string, partitions: number, later: number): Promise<string> {
    await createTopics(this.kafka, [topic], partitions);
    await load(this.kafka, topic, recordsOf(this.input, later));
    return topic;
  }
}

export class Run implements AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly #site: Site;

  constructor(site: Site, name: string) {
    this.#site = site;
    this.name = name;
    this.folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  }

  /** A topic that goes with the run, and so do those that Kafka Streams makes for itself. */
  async topic(name: string, partitions: number): Promise<string> {
    const topic = `${this.name}-${name}`;
    await createTopics(this.#site.kafka, [topic], partitions);
    return topic;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await deleteTopics(this.#site.kafka, topic => topic.startsWith(`${this.name}-`));
  }
}
