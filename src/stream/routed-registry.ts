/** One registry over several: a reference is asked for where it was given out. */
import type { AzureRegistry } from './azure-registry.ts';
import type { ConfluentRegistry } from './confluent-registry.ts';
import { azureIdOf, confluentIdOf } from './framing.ts';
import type { SchemaRegistry } from './registry.ts';

export interface RemoteRegistries {
  readonly confluent?: Pick<ConfluentRegistry, 'find'> | undefined;
  readonly azure?: Pick<AzureRegistry, 'find'> | undefined;
}

/** Fingerprints are `own`'s; ids of a registry that nobody named are unknown. */
export const routedRegistry = (own: SchemaRegistry, { confluent, azure }: RemoteRegistries): SchemaRegistry => ({
  register: definition => own.register(definition),
  async find(reference) {
    const id = confluentIdOf(reference);
    if (id !== undefined) return confluent?.find(id);
    const azureId = azureIdOf(reference);
    return azureId === undefined ? own.find(reference) : azure?.find(azureId);
  },
});
