/** Kills its own process, hard, when a given point of the work has been passed so many times. */
import { writeSync } from 'node:fs';
import type { Documents } from '../../src/documents/port.ts';
import type { Observer } from '../../src/engine/runner.ts';
import type { TaskRuntime } from '../../src/engine/runtime.ts';
import type { StateChange, StateStore } from '../../src/engine/state/store.ts';
import type { Transport } from '../../src/transport/port.ts';
import { type Around, aroundDocuments, aroundTransport } from './ports.ts';

export type Moment = 'before' | 'after';

/**
 * Points are the steps of a topology (`count-sites.flush`), the calls of ports (`appendBatch`), and `stateChange`,
 * each change inside the transaction of a checkpoint. Every step is said on the standard output.
 */
export class KillSwitch implements Observer {
  readonly #spec: string;
  #left: number;

  /** `point:moment:count`; never where it is empty. */
  constructor(spec: string) {
    const [point = '', moment = '', count = '1'] = spec.split(':');
    this.#spec = `${point}:${moment}`;
    this.#left = Number(count);
  }

  step({ id, topology }: TaskRuntime, step: string, moment: Moment): void {
    say(`${id} ${step} ${moment}`);
    this.pass(`${topology}.${step}`, moment);
  }

  pass(point: string, moment: Moment): void {
    if (`${point}:${moment}` === this.#spec && --this.#left === 0) process.kill(process.pid, 'SIGKILL');
  }

  readonly #around: Around = async (call, work) => {
    this.pass(call, 'before');
    const result = await work();
    this.pass(call, 'after');
    return result;
  };

  /** Append by append, so that it can die between two output partitions. */
  transport(real: Transport): Transport {
    return aroundTransport(real, this.#around);
  }

  /** Document by document. */
  documents(real: Documents): Documents {
    return aroundDocuments(real, this.#around);
  }

  store(real: StateStore): StateStore {
    return {
      head: task => real.head(task),
      entries: task => real.entries(task),
      get: (task, step, key) => real.get(task, step, key),
      commit: (task, head, changes) => real.commit(task, head, this.#passing(changes)),
      replace: (task, head, entries) => real.replace(task, head, entries),
      discard: task => real.discard(task),
      close: () => real.close(),
    };
  }

  *#passing(changes: Iterable<StateChange>): Iterable<StateChange> {
    for (const change of changes) {
      this.pass('stateChange', 'before');
      yield change;
      this.pass('stateChange', 'after');
    }
  }
}

/** Synchronous: what a process has said before it is killed arrives. */
export const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
