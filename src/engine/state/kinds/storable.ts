/** Throws for what no store could give back: found while its record is pushed, so that the record is a dead letter. */
export function storable<V>(value: V): V {
  if (value !== undefined) return value;
  throw new TypeError('undefined cannot be kept: remove the entry, or keep null');
}
