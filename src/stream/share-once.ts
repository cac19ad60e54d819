import type { AvroDefinition } from './definition.ts';
import type { SchemaRegistry } from './registry.ts';

type Sharing = Pick<SchemaRegistry, 'register'>;

const shared = new WeakMap<Sharing, Set<AvroDefinition>>();

/**
 * Before a process writes its first record of a stream, and for each record that it writes: whoever reads it by another
 * release asks for its schema. Once that has been kept nobody is asked again. @throws {Unavailable} {InvalidSchema}
 */
export async function shareOnce(registry: Sharing, definition: AvroDefinition): Promise<void> {
  let known = shared.get(registry);
  if (known === undefined) shared.set(registry, (known = new Set()));
  if (known.has(definition)) return;
  await registry.register(definition);
  known.add(definition);
}
