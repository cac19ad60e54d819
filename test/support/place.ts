/** Where a process works: what its ports are opened with, and how its topics are called there. */
import { openPorts, type Ports } from '../../src/app/compose.ts';
import type { PortSettings } from '../../src/app/port-settings.ts';
import { prefixed, prefixedGroups } from './prefixed.ts';

/** Plain data: it crosses processes. */
export interface Place extends PortSettings {
  /** Before the name of every topic and group, where many share one broker. */
  readonly prefix?: string;
  /** Whether processes share the tasks in groups; else each takes all of them over, by the fence. */
  readonly shared?: boolean;
}

/** Everything on the local disk. */
export const embeddedIn = (data: string): Place => ({ data, transport: 'embedded', documents: 'sqlite' });

export async function openPlace({ prefix = '', shared = false, ...settings }: Place): Promise<Ports> {
  const { membership, ...ports } = await openPorts(settings);
  return {
    ...ports,
    transport: prefixed(ports.transport, prefix),
    ...(membership === undefined || !shared ? {} : { membership: prefixedGroups(membership, prefix) }),
    openStore: () => ports.openStore(),
    openWorker: name => ports.openWorker(name),
    [Symbol.asyncDispose]: () => ports[Symbol.asyncDispose](),
  };
}
