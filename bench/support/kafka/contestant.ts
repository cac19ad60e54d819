/** Runs one contestant in a process of its own and says what its work cost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Mark } from './marks.ts';
import { cpuOf } from './processes.ts';

export type Command = readonly [string, ...string[]];

/** A run takes seconds; one that hangs must not hang the benchmark. */
const limit_ms = 180_000;

export interface Cost {
  /** These three are of the records after the warm-up. */
  readonly recordsPerSecond: number;
  /** Seconds of the processor for a million records: of the contestant, and of the broker meanwhile. */
  readonly cpu: number;
  readonly brokerCpu: number;
  /** The same from the start of the process, all records counted. */
  readonly cpuFromStart: number;
}

/** @throws where the process fails, or does not tell when it is warm and when it is done */
export async function costOf(command: Command, broker: number): Promise<Cost> {
  const marks: (readonly [Mark, broker: number])[] = [];
  await using child = new Contestant(command, mark => marks.push([mark, cpuOf(broker)]));
  await child.ended();
  const [[warm, brokerWarm], [done, brokerDone]] = [marked(marks, 'warm'), marked(marks, 'done')];
  const records = done.records - warm.records;
  return {
    recordsPerSecond: (records * 1_000) / (done.clock - warm.clock),
    cpu: ((done.cpu - warm.cpu) * 1_000) / records,
    brokerCpu: ((brokerDone - brokerWarm) * 1_000) / records,
    cpuFromStart: (done.cpu * 1_000) / done.records,
  };
}

function marked(marks: readonly (readonly [Mark, number])[], at: Mark['at']): readonly [Mark, number] {
  const found = marks.find(([mark]) => mark.at === at);
  if (found === undefined) throw new Error(`The contestant did not tell when it was ${at}`);
  return found;
}

/** A process that tells marks; it is killed where it has not ended by itself. */
export class Contestant implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #command: Command;
  readonly #done = Promise.withResolvers<void>();
  #said = '';

  constructor(command: Command, hear: (mark: Mark) => void = () => undefined) {
    const [program, ...given] = command;
    const child = spawn(program, given, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit_ms,
      killSignal: 'SIGKILL',
    });
    this.#child = child;
    this.#command = command;
    this.#closed = once(child, 'close');
    child.stderr.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${chunk.toString()}`.slice(-10_000)));
    createInterface({ input: child.stdout }).on('line', line => {
      const mark = Mark.parse(JSON.parse(line));
      hear(mark);
      if (mark.at === 'done') this.#done.resolve();
    });
  }

  /** Resolves when it has told that it is done; it goes on. @throws where it ends before */
  async done(): Promise<void> {
    await Promise.race([this.#done.promise, this.#closed.then(() => this.#fail())]);
  }

  /** Resolves when it has ended well. @throws where it has not */
  async ended(): Promise<void> {
    await this.#closed;
    if (this.#child.exitCode !== 0) this.#fail();
  }

  /** As a machine without power would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }

  #fail(): never {
    const { exitCode, signalCode } = this.#child;
    throw new Error(`${this.#command.join(' ')} ended with ${exitCode ?? signalCode}:\n${this.#said}`);
  }
}
