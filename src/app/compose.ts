/** The only place that knows adapters: opens the ports that a configuration asks for. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Documents } from '../documents/port.ts';
import type { DocumentPurge } from '../documents/purge.ts';
import { openSqliteDocuments } from '../documents/sqlite/documents.ts';
import { openDocumentPurge } from '../documents/sqlite/purge.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import type { Membership } from '../engine/membership.ts';
import type { StartAt } from '../engine/runner-options.ts';
import { openSqliteStateStore, openStoppedState } from '../engine/state/sqlite.ts';
import { openSqliteWorker } from '../engine/state/sqlite-worker.ts';
import type { StateStore, StoppedState } from '../engine/state/store.ts';
import type { WorkerIdentity } from '../engine/state/worker.ts';
import { openDirectorySnapshots } from '../snapshots/directory/snapshots.ts';
import type { Snapshots } from '../snapshots/port.ts';
import { directoryRegistry } from '../stream/directory-registry.ts';
import { memoryRegistry, type SchemaRegistry } from '../stream/registry.ts';
import type { Millis } from '../stream/time.ts';
import { original } from '../replay/namespace.ts';
import { openEmbeddedLog } from '../transport/embedded/open.ts';
import { openLogRedaction } from '../transport/embedded/redaction.ts';
import type { Finding, Needs } from '../transport/inspection.ts';
import type { Transport } from '../transport/port.ts';
import type { RedactableLog } from '../transport/redaction.ts';
import type { DocumentCharge } from '../operations/document-metrics.ts';
import { blobOptions } from './blob-options.ts';
import { inNamespace } from './in-namespace.ts';
import type { PortSettings } from './port-settings.ts';
import { sharedSchemas } from './shared-schemas.ts';

/** What an application runs on. Closing closes all of it, in the reverse order of opening. */
export interface Ports extends AsyncDisposable {
  readonly transport: Transport;
  readonly documents: Documents;
  readonly registry: SchemaRegistry;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** How often a task may commit its offsets to the log; as the engine has it where absent. */
  readonly commitEvery?: Millis | undefined;
  /** The namespace that they are those of; see `src/replay`. */
  readonly namespace: string;
  /** Where a task without a checkpoint begins to read; absent or undefined at the start of the log. */
  readonly startAt?: StartAt;
  /** The same ports as another namespace sees them; closing either closes both. @throws {NamespaceError} */
  at(namespace: string): Promise<Ports>;
  /** What has gone wrong at the log so far, by reason, got over or not; absent where nothing can. */
  readonly troubles?: () => ReadonlyMap<string, number>;
  /** What the documents have cost so far; absent where they cost nothing. */
  readonly charges?: () => readonly DocumentCharge[];
  /** Local checkpoints; opened only by who runs tasks. */
  openStore(): StateStore;
  /** How processes share their tasks; absent where they do not. */
  readonly membership?: Membership;
  /** Whose checkpoints these are; opened only by who shares tasks, once for each world of groups. Throws `StateInUse`. */
  openWorker(name?: string): WorkerIdentity;
}

/** Everything on the local disk, under one folder, shared by any number of processes. */
export const openEmbedded = (data: string, clock: Clock = systemClock): Promise<Ports> =>
  openPorts({ data, transport: 'embedded', documents: 'sqlite' }, clock);

/** Whether something has begun an embedded log in the folder: a command that only looks must not begin it. */
export const isBegun = ({ data }: Pick<PortSettings, 'data'>): boolean => existsSync(join(data, 'log.db'));

/** The log alone, for whoever looks at its topics. */
export async function openLogOf(
  settings: PortSettings,
  clock: Clock = systemClock,
): Promise<Pick<Ports, 'transport'> & AsyncDisposable> {
  if (settings.transport === 'embedded') mkdirSync(settings.data, { recursive: true });
  const { transport } = await openLog(settings, memoryRegistry(), clock);
  return { transport, [Symbol.asyncDispose]: () => transport.close() };
}

/** How the log stands, in words, before anything runs; an embedded one has nothing that could be missing. */
export async function inspectLog(
  settings: PortSettings,
  needs: Needs,
  clock: Clock = systemClock,
): Promise<readonly Finding[]> {
  if (settings.transport === 'embedded') return [];
  const { inspectBrokers } = await import('./open-kafka.ts');
  return inspectBrokers(settings, needs, clock);
}

/** The ports that the settings name, as their namespace sees them: the one that is switched in where they name none. */
export async function openPorts(settings: PortSettings, clock: Clock = systemClock): Promise<Ports> {
  const stack = new AsyncDisposableStack();
  try {
    return await inNamespace(await openInto(stack, settings, clock), settings.namespace);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Local files lie in the folder `data`, and local checkpoints in `state` if it is given; `stack` closes what is opened. */
async function openInto(stack: AsyncDisposableStack, settings: PortSettings, clock: Clock): Promise<Ports> {
  const { data, state = data } = settings;
  mkdirSync(data, { recursive: true });
  mkdirSync(state, { recursive: true });
  const { charges, ...served } = await openDocuments(settings, clock);
  const documents = stack.adopt(served.documents, all => all.close());
  const log = await openLog(settings, schemasOf(settings, documents), clock);
  const transport = stack.adopt(log.transport, opened => opened.close());
  const snapshots = stack.adopt(await openSnapshots(settings), all => all.close());
  const ports: Ports = {
    ...log,
    transport,
    documents,
    ...(charges === undefined ? {} : { charges }),
    snapshots,
    clock,
    namespace: original,
    openStore: () => stack.adopt(openSqliteStateStore({ path: join(state, 'state.db') }), store => store.close()),
    openWorker: (name = 'worker') =>
      stack.adopt(
        openSqliteWorker({ path: join(state, `${name}.db`), warn: text => process.emitWarning(text) }),
        worker => worker.close(),
      ),
    at: name => inNamespace(ports, name),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return ports;
}

/** The files below an embedded log, its documents and its checkpoints, for who takes bytes out of them. */
export interface Files extends Disposable {
  readonly log: RedactableLog;
  readonly purge: DocumentPurge;
  readonly state: StoppedState;
}

/** Nobody else can run tasks of this folder until they are closed. @throws {StateInUse} while somebody does */
export function openFiles({ data, state = data }: Pick<PortSettings, 'data' | 'state'>): Files {
  using stack = new DisposableStack();
  const stopped = stack.adopt(openStoppedState({ path: join(state, 'state.db') }), file => file.close());
  const log = stack.adopt(openLogRedaction({ path: join(data, 'log.db') }), file => file.close());
  const purge = stack.adopt(openDocumentPurge({ path: join(data, 'documents.db') }), file => file.close());
  const opened = stack.move();
  return { state: stopped, log, purge, [Symbol.dispose]: () => opened.dispose() };
}

/** Files are of one machine; documents in Cosmos DB are of all that share the log. */
const schemasOf = ({ data, documents: kind }: PortSettings, documents: Documents): SchemaRegistry =>
  sharedSchemas(directoryRegistry({ directory: join(data, 'schemas') }), kind === 'cosmos' ? documents : undefined);

type Log = Pick<Ports, 'transport' | 'registry' | 'commitEvery' | 'membership' | 'troubles'>;

/** Each adapter is one case here, its code loaded by nobody who does not use it. `own` has the schemas by fingerprint. */
async function openLog(settings: PortSettings, own: SchemaRegistry, clock: Clock): Promise<Log> {
  if (settings.transport === 'embedded')
    return {
      transport: openEmbeddedLog({ path: join(settings.data, 'log.db'), clock: () => clock.now() }),
      registry: own,
    };
  const { openKafka } = await import('./open-kafka.ts');
  return openKafka(settings, own, clock);
}

/** Those of Cosmos DB say what they have cost. */
async function openDocuments(settings: PortSettings, clock: Clock): Promise<Pick<Ports, 'documents' | 'charges'>> {
  if (settings.documents === 'sqlite')
    return {
      documents: openSqliteDocuments({ path: join(settings.data, 'documents.db'), clock: () => clock.now() }),
    };
  const { openInCosmos } = await import('./open-documents.ts');
  const documents = await openInCosmos(settings, clock);
  return { documents, charges: () => documents.charges() };
}

/** The snapshots alone, for whoever looks at them without an engine. */
export async function openSnapshots({ data, snapshots = 'directory', blob }: PortSettings): Promise<Snapshots> {
  if (snapshots === 'directory') return openDirectorySnapshots({ directory: join(data, 'snapshots') });
  const { openBlobSnapshots } = await import('../snapshots/blob/snapshots.ts');
  return openBlobSnapshots(blobOptions(blob));
}
