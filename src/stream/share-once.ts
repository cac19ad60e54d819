import type { AvroDefinition } from './definition.ts';
import type { SchemaRegistry } from './registry.ts';

type Sharing = Pick<SchemaRegistry, 'register'>;

const shared = new WeakMap<Sharing, Map<AvroDefinition, Promise<void>>>();

/**
 * Before a process writes its first record of a stream, and for each record that it writes: whoever reads it by another
 * release asks for its schema. Those who write at once ask together, lest a first request of many events be as many
 * requests to the registry, and as many appends. Once the schema has been kept nobody is asked again.
 * @throws {Unavailable} {InvalidSchema} and is asked anew the next time
 */
export function shareOnce(registry: Sharing, definition: AvroDefinition): Promise<void> {
  let known = shared.get(registry);
  if (known === undefined) shared.set(registry, (known = new Map<AvroDefinition, Promise<void>>()));
  const before = known.get(definition);
  if (before !== undefined) return before;
  const asked = Promise.resolve().then(() => registry.register(definition));
  known.set(definition, asked);
  asked.catch(() => known.delete(definition)); // whoever asked is told of it
  return asked;
}
