/** Tells a process that another namespace has been switched in. */
import { Interrupted, type OnWait, retrying } from '../engine/retry.ts';
import { Namespaces } from '../replay/namespaces.ts';
import { seconds } from '../stream/time.ts';
import type { Ports } from './compose.ts';

/** How often it looks: one point read. Whoever switches is told that processes follow within a second. */
const every = seconds(1);

export interface Following {
  /** As the process has them when it begins. */
  readonly ports: Pick<Ports, 'documents' | 'clock' | 'namespace' | 'at'>;
  readonly signal: AbortSignal;
  readonly onWait: OnWait;
}

/** Calls `moved` with the ports of each namespace that is switched in, one after the other, until the signal aborts. */
export async function followSwitches(
  { ports, signal, onWait }: Following,
  moved: (ports: Ports) => Promise<void>,
): Promise<void> {
  const { clock } = ports;
  const namespaces = new Namespaces(ports.documents);
  let here = ports.namespace;
  try {
    for (;;) {
      await clock.sleep(every, signal);
      if (signal.aborted) return;
      const active = await retrying('namespace', () => namespaces.active(), clock, signal, onWait);
      if (active === here) continue;
      await moved(await retrying('namespace', () => ports.at(active), clock, signal, onWait));
      here = active;
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}
