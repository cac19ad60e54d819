/** Tells where this process answers for the tasks that it runs, whenever it has come to run another. */
import { Unavailable } from '../../errors.ts';
import { ConditionFailed } from '../../documents/port.ts';
import type { Clock } from '../clock.ts';
import type { OnWait } from '../retry.ts';
import { seconds } from '../../stream/time.ts';
import type { Owners } from './owners.ts';

/** How often it looks at what runs here: until it has told, the task's queries are answered by nobody. */
const every = seconds(0.25);

export interface TellingOptions {
  readonly owners: Pick<Owners, 'tell'>;
  readonly held: () => ReadonlyMap<string, number>;
  readonly address: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
  /** Told where the documents do not answer; it tries again with the next look. */
  readonly onWait: OnWait;
}

/** Goes on until the signal aborts. What was told stays: an address without a process is found out by who asks there. */
export async function tellOwners(options: TellingOptions): Promise<void> {
  const { clock, signal, onWait } = options;
  const told = new Map<string, number>();
  for (let attempt = 0; !signal.aborted; await clock.sleep(every, signal)) {
    try {
      await tellOnce(options, told);
      attempt = 0;
    } catch (error) {
      if (error instanceof Unavailable) onWait('owners', error, ++attempt);
      else if (!(error instanceof ConditionFailed)) throw error; // others changed it five times meanwhile
    }
  }
}

/** `told` has what was told before: a task that left and comes back has another fence. */
async function tellOnce({ owners, held, address }: TellingOptions, told: Map<string, number>): Promise<void> {
  for (const [task, fence] of held()) {
    if (told.get(task) === fence) continue;
    await owners.tell({ task, fence, address });
    told.set(task, fence);
  }
}
