/** What stands between a released schema and today's: each a sentence that names the field. */
import avro from 'avsc';
import { avroType, type AvroType } from '../../src/stream/avro.ts';
import type { AvroDefinition } from '../../src/stream/definition.ts';

/**
 * Why records of `released` could not be read as `today`, and which of its fields today's writers no longer fill
 * though its readers need them. Nothing, if the change is safe: today's tasks read what was written before, and
 * tasks not yet updated still find their fields. A new symbol of an enum is safe once all readers are updated.
 */
export const incompatibilities = (today: AvroDefinition, released: AvroDefinition): readonly string[] => {
  const reader = avroType(today, true);
  const writer = avroType(released, true);
  const found = differences(reader, writer, reader.name ?? reader.typeName, new Set());
  const why = refusal(reader, writer);
  return why !== undefined && found.length === 0 ? [why] : found;
};

const differences = (reader: AvroType, writer: AvroType, path: string, open: Set<AvroType>): readonly string[] => {
  const { types } = avro;
  if (reader instanceof types.RecordType && writer instanceof types.RecordType && sameName(reader, writer)) {
    if (open.has(reader)) return [];
    return inRecord(reader, writer, path, new Set(open).add(reader));
  }
  if (reader instanceof types.ArrayType && writer instanceof types.ArrayType)
    return differences(reader.itemsType, writer.itemsType, `${path}[]`, open);
  const why = refusal(reader, writer);
  return why === undefined ? [] : [`${path}: ${why}`];
};

const inRecord = (
  reader: avro.types.RecordType,
  writer: avro.types.RecordType,
  path: string,
  open: Set<AvroType>,
): readonly string[] => {
  const added = reader.fields.flatMap(field => {
    const before = writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name));
    if (before !== undefined) return differences(field.type, before.type, `${path}.${field.name}`, open);
    return hasDefault(field) ? [] : [`${path}.${field.name}: is new and has no default`];
  });
  const removed = writer.fields
    .filter(({ name }) => !reader.fields.some(field => field.name === name))
    .filter(field => !hasDefault(field))
    .map(({ name }) => `${path}.${name}: is gone, and readers of the released schema have no default for it`);
  return [...added, ...removed];
};

const hasDefault = (field: avro.types.Field): boolean => field.defaultValue() !== undefined;

const sameName = (reader: AvroType, writer: AvroType): boolean =>
  reader.name === writer.name || (reader.aliases ?? []).includes(writer.name ?? '');

const refusal = (reader: AvroType, writer: AvroType): string | undefined => {
  try {
    reader.createResolver(writer);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
