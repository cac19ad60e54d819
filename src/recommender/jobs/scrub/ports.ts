import type { DocumentPurge } from '../../../documents/purge.ts';
import type { Documents } from '../../../documents/port.ts';
import type { StoppedState } from '../../../engine/state/store.ts';
import type { Snapshots } from '../../../snapshots/port.ts';
import type { SchemaRegistry } from '../../../stream/registry.ts';
import type { Millis } from '../../../stream/time.ts';
import type { Transport } from '../../../transport/port.ts';
import type { RedactableLog } from '../../../transport/redaction.ts';

/** The stores of one machine, none of whose tasks run. */
export interface ScrubPorts {
  readonly transport: Pick<Transport, 'topics' | 'bounds' | 'read'>;
  readonly documents: Documents;
  readonly snapshots: Snapshots;
  readonly registry: Pick<SchemaRegistry, 'find'>;
  readonly clock: { now(): Millis };
  readonly log: RedactableLog;
  readonly purge: DocumentPurge;
  readonly state: StoppedState;
}
