/** The only place that knows adapters: opens the ports that a configuration asks for. */
import { mkdirSync } from 'node:fs';
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
export async function openEmbedded(data: string, clock: Clock = systemClock): Promise<Ports> {
  mkdirSync(data, { recursive: true });
  const stack = new AsyncDisposableStack();
  const transport = stack.adopt(openEmbeddedLog({ path: join(data, 'log.db'), clock: () => clock.now() }), log =>
    log.close(),
  );
  const documents = stack.adopt(
    openSqliteDocuments({ path: join(data, 'documents.db'), clock: () => clock.now() }),
    all => all.close(),
  );
  const snapshots = stack.adopt(openDirectorySnapshots({ directory: join(data, 'snapshots') }), all => all.close());
  return {
    transport,
    documents,
    snapshots,
    clock,
    registry: directoryRegistry({ directory: join(data, 'schemas') }),
    openStore: () => stack.adopt(openSqliteStateStore({ path: join(data, 'state.db') }), store => store.close()),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
