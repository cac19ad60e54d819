/** How long it takes from the start of a process until it goes on, where one with a million keys was killed. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Rival } from '../../report.ts';
import { type Command, Contestant } from './contestant.ts';
import type { Given } from './given.ts';
import { readingsOf } from './input.ts';
import { createTopics, load } from './load.ts';
import type { Run, Site } from './site.ts';
import { streamsCommand } from './streams.ts';

/** What waits when it starts again: the first records that it reads are of these. */
const waiting = 1_000;
const commit_ms = 60_000;

/** Prepares what is killed and compares how it comes back. */
export async function recovery(
  site: Site,
  keys: number,
  compare: (rivals: readonly Rival[]) => Promise<void>,
): Promise<void> {
  const topic = `keys-${keys}`;
  await createTopics(site.kafka, [topic], 1);
  await using streamsRun = site.run('streams-keys');
  await using millraceRun = site.run('millrace-keys');
  await compare(await new Recovery(site, keys, topic).rivals(streamsRun, millraceRun));
}

/** The processes that are killed, and what there is for them to read. */
class Recovery {
  readonly #site: Site;
  readonly #keys: number;
  readonly #topic: string;
  #loaded = 0;

  constructor(site: Site, keys: number, topic: string) {
    this.#site = site;
    this.#keys = keys;
    this.#topic = topic;
  }

  async rivals(streamsRun: Run, millraceRun: Run): Promise<Rival[]> {
    const local = millraceRun.folder;
    const command = await this.#prepareMillrace(millraceRun);
    const streams = await this.#prepareStreams(streamsRun);
    const elsewhere = (): string => mkdtempSync(join(local, 'state-'));
    return [
      { name: 'Kafka Streams, exactly once, from its changelog', run: streams },
      { name: 'Millrace, from its local checkpoint', run: () => this.#restart(() => command(this.#loaded, local)) },
      {
        name: 'Millrace elsewhere, from a snapshot of nine tenths and the journal',
        run: () => this.#restart(() => command(this.#loaded, elsewhere())),
      },
    ];
  }

  /** Ends in order at nine tenths, which takes a snapshot; is killed when it has all. */
  async #prepareMillrace(run: Run): Promise<(until: number, state?: string) => Command> {
    const script = join(import.meta.dirname, 'millrace.ts');
    const command = (until: number, state?: string): Command => {
      const given = JSON.stringify(this.#given(run, until));
      return [process.execPath, script, given, 'keys', ...(state === undefined ? [] : [state])];
    };
    await this.#load(Math.floor(this.#keys * 0.9));
    await using first = new Contestant(command(this.#loaded));
    await first.ended();
    await this.#load(this.#keys - this.#loaded);
    await using second = new Contestant(command(this.#loaded, run.folder));
    await second.done();
    await second.kill();
    return command;
  }

  /** Is killed when it has committed all, so that no transaction of the dead holds its successor up. */
  async #prepareStreams(run: Run): Promise<() => Promise<number>> {
    const command = await streamsCommand();
    let [from, until] = [0, this.#loaded];
    const process = (): Command => command('keys', 'exactly_once_v2', this.#given(run, until - from));
    await using first = new Contestant(process());
    await first.done();
    await this.#committed(run.name, until);
    await first.kill();
    const next = (): Command => {
      [from, until] = [until, this.#loaded];
      return process();
    };
    return () => this.#restart(next, () => this.#committed(run.name, until));
  }

  /** Seconds from its start to the last of the records that waited; then it is killed again. */
  async #restart(command: () => Command, settled: () => Promise<void> = async () => {}): Promise<number> {
    await this.#load(waiting);
    const began = performance.now();
    await using contestant = new Contestant(command());
    await contestant.done();
    const seconds = (performance.now() - began) / 1_000;
    await settled();
    await contestant.kill();
    return seconds;
  }

  async #load(count: number): Promise<void> {
    await load(this.#site.kafka, this.#topic, readingsOf(this.#loaded, count, this.#keys));
    this.#loaded += count;
  }

  #given({ name, folder }: Run, records: number): Given {
    return {
      brokers: this.#site.brokers,
      run: name,
      folder,
      input: this.#topic,
      other: '',
      output: '',
      records,
      warmUp: 0,
    };
  }

  /** Waits until the group has committed so many records of the one partition. */
  async #committed(groupId: string, records: number): Promise<void> {
    const admin = this.#site.kafka.admin();
    await admin.connect();
    try {
      for (const end = performance.now() + commit_ms; performance.now() < end; await setTimeout(50)) {
        const [topic] = await admin.fetchOffsets({ groupId, topics: [this.#topic] });
        if (Number(topic?.partitions[0]?.offset) >= records) return;
      }
    } finally {
      await admin.disconnect();
    }
    throw new Error(`${groupId} has not committed ${records} records`);
  }
}
