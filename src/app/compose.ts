/** The only place that knows adapters: opens the ports that a configuration asks for. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Documents } from '../documents/port.ts';
import { openSqliteDocuments } from '../documents/sqlite/documents.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { openSqliteStateStore } from '../engine/state/sqlite.ts';
import type { StateStore } from '../engine/state/store.ts';
import { openDirectorySnapshots } from '../snapshots/directory/snapshots.ts';
import type { Snapshots } from '../snapshots/port.ts';
import { directoryRegistry } from '../stream/directory-registry.ts';
import type { SchemaRegistry } from '../stream/registry.ts';
import { openEmbeddedLog } from '../transport/embedded/open.ts';
import type { Transport } from '../transport/port.ts';
import { blobOptions } from './blob-options.ts';
import type { PortSettings } from './port-settings.ts';

/** What an application runs on. Closing closes all of it, in the reverse order of opening. */
export interface Ports extends AsyncDisposable {
  readonly transport: Transport;
  readonly documents: Documents;
  readonly registry: SchemaRegistry;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** Local checkpoints; opened only by who runs tasks. */
  openStore(): StateStore;
}

/** Everything on the local disk, under one folder, shared by any number of processes. */
export const openEmbedded = (data: string, clock: Clock = systemClock): Promise<Ports> =>
  openPorts({ data, transport: 'embedded', documents: 'sqlite' }, clock);

/** Whether something has begun what the settings name: a command that only looks must not begin it. */
export const isBegun = ({ data }: PortSettings): boolean => existsSync(join(data, 'log.db'));

/** The ports that the settings name. Local files lie in the folder `data`, and local checkpoints in `state` if it is given. */
export async function openPorts(settings: PortSettings, clock: Clock = systemClock): Promise<Ports> {
  const { data, state = data } = settings;
  mkdirSync(data, { recursive: true });
  mkdirSync(state, { recursive: true });
  const stack = new AsyncDisposableStack();
  const transport = stack.adopt(openTransport(settings, clock), log => log.close());
  const documents = stack.adopt(
    openSqliteDocuments({ path: join(data, 'documents.db'), clock: () => clock.now() }),
    all => all.close(),
  );
  const snapshots = stack.adopt(await openSnapshots(settings), all => all.close());
  return {
    transport,
    documents,
    snapshots,
    clock,
    registry: directoryRegistry({ directory: join(data, 'schemas') }),
    openStore: () => stack.adopt(openSqliteStateStore({ path: join(state, 'state.db') }), store => store.close()),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Each adapter is one case here, its code loaded by nobody who does not use it. */
function openTransport({ data }: PortSettings, clock: Clock): Transport {
  return openEmbeddedLog({ path: join(data, 'log.db'), clock: () => clock.now() });
}

/** The snapshots alone, for whoever looks at them without an engine. */
export async function openSnapshots({ data, snapshots = 'directory', blob }: PortSettings): Promise<Snapshots> {
  if (snapshots === 'directory') return openDirectorySnapshots({ directory: join(data, 'snapshots') });
  const { openBlobSnapshots } = await import('../snapshots/blob/snapshots.ts');
  return openBlobSnapshots(blobOptions(blob));
}
