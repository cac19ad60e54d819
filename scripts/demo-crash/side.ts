/** One of the two runs: a folder of its own, its log, and the process of `millrace run` that works in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Rating } from '../../schemas/types.ts';
import { openEmbedded, type Ports } from '../../src/app/compose.ts';
import { Graph } from '../../src/engine/graph.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { OutsideWriter } from '../../src/stream/outside-writer.ts';
import type { Offset } from '../../src/transport/port.ts';
import { topologies } from '../../topologies/index.ts';
import {
  itemVectors,
  modelVersions,
  ratings,
  ratingsByItem,
  recommendations,
  userVectors,
} from '../../topologies/streams.ts';
import { root } from '../results.ts';

const main = join(root, 'src/cli/main.ts');
/** So long may nothing at all come of a round. */
const patience_ms = 60_000;

/**
 * `ratings`, and what has to have as many partitions as it, have one: then a round is there as a whole or not at all
 * for whoever reads, so that it is one cut of the model whatever happens. The others have two.
 */
const whole: ReadonlySet<string> = new Set([
  ratings.name,
  userVectors.name,
  recommendations.name,
  modelVersions.name,
  deadLetters.name,
]);
/** When the model has grown enough is decided beside the log, by moments that two runs do not share. */
const byTheLogAlone = { MILLRACE_MODEL_GENERATIONS_AUTOMATIC: 'false' };
/** Of the last that a process said, so much is kept, for the day on which it fails. */
const keptText = 2_000;

/** What shows how far a round has come. */
const shows = [ratingsByItem, userVectors, itemVectors, modelVersions, recommendations].map(({ name }) => name);

export class Side implements AsyncDisposable {
  readonly data: string;
  readonly ports: Ports;
  readonly graph: Graph;
  readonly #stop: AbortSignal;
  readonly #marks: readonly { readonly topic: string; readonly partition: number }[];
  #child: ChildProcess | undefined;
  #closed = Promise.resolve();
  #gone = new AbortController();
  #said = '';

  private constructor(data: string, ports: Ports, partitions: ReadonlyMap<string, number>, stop: AbortSignal) {
    this.data = data;
    this.ports = ports;
    this.graph = new Graph(topologies, partitions);
    this.#stop = stop;
    this.#marks = shows.flatMap(topic =>
      Array.from({ length: this.graph.partitions(topic) }, (_, partition) => ({ topic, partition })),
    );
  }

  /** Makes the folder and its topics; nothing runs yet. Aborted, `stop` ends every waiting. */
  static async create(data: string, stop: AbortSignal): Promise<Side> {
    const ports = await openEmbedded(data);
    const partitions = new Map([...Graph.streamsOf(topologies)].map(topic => [topic, whole.has(topic) ? 1 : 2]));
    for (const [topic, count] of partitions) await ports.transport.createTopic(topic, { partitions: count });
    return new Side(data, ports, partitions, stop);
  }

  /** Starts the command that anybody would, unless it runs; it goes on where the one before it was. */
  start(): void {
    if (this.#child === undefined) this.#run([], 'ignore');
  }

  /** SIGKILL, to this one process by its id. */
  async kill(): Promise<void> {
    if (this.#gone.signal.aborted) throw this.#failed('it ended before it was killed');
    await this.#end('SIGKILL');
  }

  /** Ends it in an orderly way; then lets the command finish what there is. Answers what it prints. */
  async finish(): Promise<unknown> {
    await this.#end('SIGTERM');
    const child = this.#run(['--until-caught-up', '--json'], 'pipe');
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
    const kill = (): void => void child.kill('SIGKILL');
    this.#stop.addEventListener('abort', kill);
    await this.#closed;
    this.#stop.removeEventListener('abort', kill);
    this.#stop.throwIfAborted();
    if (child.exitCode !== 0) throw this.#failed('the run to the end failed');
    return JSON.parse(text);
  }

  /** In one append, durable when it resolves; answers where the ratings end then. */
  async send(events: readonly Rating[]): Promise<Offset> {
    const { transport, clock } = this.ports;
    const writer = await OutsideWriter.open(transport, ratings, clock);
    for (const event of events) await writer.write(event);
    await writer.flush();
    return (await transport.bounds({ topic: ratings.name, partition: 0 })).end;
  }

  /** Records that show how far the work has come. */
  async written(): Promise<number> {
    return (await this.#ends()).reduce((sum, { offset }) => sum + offset, 0);
  }

  /** Waits until it holds; looks whenever something was written. Throws where nothing is for too long. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (;;) {
      const past = await this.#ends();
      if (await holds()) return;
      const wait = AbortSignal.any([this.#stop, this.#gone.signal, AbortSignal.timeout(patience_ms)]);
      await this.ports.transport.grown(past, wait);
      this.#stop.throwIfAborted();
      if (wait.aborted) throw this.#failed(`it ended, or wrote nothing for ${patience_ms / 1_000} s, before ${what}`);
    }
  }

  /** Tasks whose newest plan is in the journal, but not in a checkpoint: they were in the middle of that epoch. */
  async unfinished(): Promise<string[]> {
    await using ports = await openEmbedded(this.data);
    const store = ports.openStore();
    const found: string[] = [];
    for (const { name, tasks } of this.graph.topologies)
      for (let partition = 0; partition < tasks; partition++) {
        const task = `${name}/${partition}`;
        const [plan] = await ports.documents.journal.after(task, store.head(task)?.epoch ?? 0, 1);
        if (plan !== undefined) found.push(`${task} in epoch ${plan.epoch}`);
      }
    return found;
  }

  /** The next process is on another machine: local state is a cache of what the journal says. */
  loseState(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(join(this.data, `state.db${end}`), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
    await this.ports[Symbol.asyncDispose]();
  }

  #run(flags: readonly string[], stdout: 'ignore' | 'pipe'): ChildProcess {
    const given = [main, 'run', '--data', this.data, ...flags];
    const env = { ...process.env, ...byTheLogAlone };
    const child = spawn(process.execPath, given, { env, stdio: ['ignore', stdout, 'pipe'] });
    const gone = new AbortController();
    this.#said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-keptText)));
    this.#child = child;
    this.#gone = gone;
    this.#closed = once(child, 'close').then(() => gone.abort());
    return child;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#child?.kill(signal);
    await this.#closed;
    this.#child = undefined;
  }

  #failed(what: string): Error {
    return new Error(`millrace run in ${this.data}: ${what}. What it said last:\n${this.#said}`);
  }

  #ends(): Promise<{ topic: string; partition: number; offset: Offset }[]> {
    const { transport } = this.ports;
    return Promise.all(this.#marks.map(async at => ({ ...at, offset: (await transport.bounds(at)).end })));
  }
}
