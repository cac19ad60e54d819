/** Kills its own process, hard, or freezes it, when a given point of the work has been passed so many times. */
import { writeSync } from 'node:fs';
import type { Documents, DocumentWrite } from '../../src/documents/port.ts';
import type { Observer } from '../../src/engine/runner.ts';
import type { TaskRuntime } from '../../src/engine/runtime.ts';
import type { StateChange, StateStore } from '../../src/engine/state/store.ts';
import type { Append, Offset, Transport } from '../../src/transport/port.ts';
import { type Around, aroundDocuments, aroundTransport } from './ports.ts';

/** `amid`: an append is on its way, and nobody has heard whether it was done. */
export type Moment = 'before' | 'amid' | 'after';
type End = 'SIGKILL' | 'SIGSTOP';

/**
 * Points are the steps of a topology (`count-sites.flush`), the calls of ports (`journalAmend`, `put`), and what lies inside
 * of three calls: `nextAppend` between two output partitions, `nextDocument` between two documents, `stateChange`
 * in the transaction of a checkpoint. Every step and every wait is said on the standard
 * output, and the point at which it dies.
 */
export class KillSwitch implements Observer {
  readonly #place: string;
  readonly #end: End;
  #left: number;

  /** `point:moment:count`, with `:freeze` behind it to be frozen there; never where it is empty. */
  constructor(spec: string) {
    const [point = '', moment = '', count = '1', end = ''] = spec.split(':');
    this.#place = `${point}:${moment}`;
    this.#left = Number(count);
    this.#end = end === 'freeze' ? 'SIGSTOP' : 'SIGKILL';
  }

  step({ id, topology }: TaskRuntime, step: string, moment: Moment): void {
    say(`${id} ${step} ${moment}`);
    this.#pass(`${topology}.${step}`, moment);
  }

  /** A step of the connector that brings orders. */
  ordersStep(step: string, moment: Moment): void {
    say(`orders ${step} ${moment}`);
    this.#pass(`orders.${step}`, moment);
  }

  waiting({ id }: TaskRuntime, what: string, error: Error): void {
    say(`${id} waiting for ${what}: ${error.message}`);
  }

  transport(real: Transport): Transport {
    return { ...aroundTransport(real, this.#around), append: appends => this.#append(real, appends) };
  }

  documents(real: Documents): Documents {
    return {
      ...aroundDocuments(real, this.#around),
      write: writes => this.#write(real, writes),
      put: async (key, body, condition) => {
        this.#pass('put', 'before');
        const etag = await real.put(key, body, condition);
        this.#pass('put', 'after');
        return etag;
      },
    };
  }

  store(real: StateStore): StateStore {
    return {
      head: task => real.head(task),
      entries: (task, step) => real.entries(task, step),
      get: (task, step, key) => real.get(task, step, key),
      range: (task, step, from, limit, before) => real.range(task, step, from, limit, before),
      rangeBack: (task, step, range, limit) => real.rangeBack(task, step, range, limit),
      commit: (task, head, changes) => real.commit(task, head, this.#changes(changes)),
      replacing: (task, fence) => real.replacing(task, fence),
      discard: task => real.discard(task),
      close: () => real.close(),
    };
  }

  #pass(point: string, moment: Moment): void {
    if (`${point}:${moment}` !== this.#place || --this.#left !== 0) return;
    say(dying);
    process.kill(process.pid, this.#end);
  }

  readonly #around: Around = async (call, work) => {
    this.#pass(call, 'before');
    const result = await work();
    this.#pass(call, 'after');
    return result;
  };

  #append(real: Transport, appends: readonly Append[]): Promise<Offset[]> {
    return this.#around('append', async () => {
      const offsets: Offset[] = [];
      for (const append of appends) {
        if (offsets.length > 0) this.#pass('nextAppend', 'before');
        const appended = real.append([append]);
        this.#pass('append', 'amid');
        offsets.push(...(await appended));
      }
      return offsets;
    });
  }

  #write(real: Documents, writes: readonly DocumentWrite[]): Promise<void> {
    return this.#around('write', async () => {
      for (const [index, write] of writes.entries()) {
        if (index > 0) this.#pass('nextDocument', 'before');
        await real.write([write]);
      }
    });
  }

  *#changes(changes: Iterable<StateChange>): Iterable<StateChange> {
    for (const change of changes) {
      this.#pass('stateChange', 'before');
      yield change;
      this.#pass('stateChange', 'after');
    }
  }
}

/** The last line of a process that has killed itself. */
export const dying = 'dying';

/** Synchronous: what a process has said before it is killed arrives. */
export function say(line: string): void {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The pipe is full because its reader is slow: it has to take the line before anything goes on.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}
