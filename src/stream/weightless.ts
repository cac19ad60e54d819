/**
 * Avro values that take no bytes: `null`, and what is made of nothing else. A file of a few bytes can claim a million
 * million of them in a list, or in a block, and whoever reads it makes them all.
 */
import avro from 'avsc';

const { types } = avro;

/** Why a file of this schema is not read; undefined where every value in it takes bytes. */
export function weightlessIn(type: avro.Type): string | undefined {
  if (isWeightless(type, new Set())) return 'its values take no bytes';
  return listOfNothing(type, new Set()) ? 'it has a list of values that take no bytes' : undefined;
}

function isWeightless(type: avro.Type, within: Set<avro.Type>): boolean {
  if (within.has(type)) return false; // of a record that holds itself each value ends in another
  const inside = new Set(within).add(type);
  if (type instanceof types.NullType) return true;
  if (type instanceof types.FixedType) return type.size === 0;
  if (type instanceof types.LogicalType) return isWeightless(type.underlyingType, inside);
  return type instanceof types.RecordType && type.fields.every(field => isWeightless(field.type, inside));
}

function listOfNothing(type: avro.Type, seen: Set<avro.Type>): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  if (type instanceof types.ArrayType && isWeightless(type.itemsType, new Set())) return true;
  return partsOf(type).some(part => listOfNothing(part, seen));
}

function partsOf(type: avro.Type): readonly avro.Type[] {
  if (type instanceof types.RecordType) return type.fields.map(field => field.type);
  if (type instanceof types.ArrayType) return [type.itemsType];
  if (type instanceof types.MapType) return valuesOf(type);
  if (type instanceof types.LogicalType) return [type.underlyingType];
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) return [...type.types];
  return [];
}

/** Its declaration leaves open what they are. */
function valuesOf(map: avro.types.MapType): readonly avro.Type[] {
  const values: unknown = map.valuesType;
  return values instanceof avro.Type ? [values] : [];
}
