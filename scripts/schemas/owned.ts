/** Records that the engine defines in its sources: the .avsc files that hold them must say the same. */
import type { AvroDefinition } from '../../src/stream/definition.ts';
import { cutDefinition } from '../../src/stream/cut.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';
import type { SchemaFile } from './files.ts';

const engine = new Map<string, { readonly definition: AvroDefinition; readonly source: string }>([
  ['Cut', { definition: cutDefinition, source: 'src/stream/cut.ts' }],
  ['DeadLetter', { definition: deadLetters.schema.definition, source: 'src/stream/dead-letter.ts' }],
]);

/** Where a schema holds a record of the engine's that is not what the engine reads and writes. */
export const disowned = ({ name, definition }: SchemaFile): readonly string[] =>
  named(definition).flatMap(found => {
    const ours = engine.get(found.name);
    if (ours === undefined || fingerprintOf(ours.definition) === fingerprintOf(found.definition)) return [];
    return [`${name}.avsc: ${found.name} differs from that of ${ours.source}, which the engine uses`];
  });

interface Named {
  readonly name: string;
  /** The definition with the namespace it stands in. */
  readonly definition: AvroDefinition;
}

/** Every named type within a definition. */
const named = (type: AvroDefinition | undefined, outer = ''): readonly Named[] => {
  if (type === undefined || typeof type === 'string') return [];
  if (isUnion(type)) return type.flatMap(branch => named(branch, outer));
  const namespace = type.namespace ?? outer;
  const inner = [type.type, type.items, type.values, ...(type.fields ?? []).map(field => field.type)];
  const own = type.name === undefined ? [] : [{ name: local(type.name), definition: { ...type, namespace } }];
  return [...own, ...inner.flatMap(part => named(part, namespace))];
};

const isUnion = (type: AvroDefinition): type is readonly AvroDefinition[] => Array.isArray(type);

const local = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
