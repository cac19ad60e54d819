/** Values of a topology's own types as JSON can hold them: what it has no word for becomes the nearest that it has. */

/** Bytes become base64, big integers text, maps lists of pairs, sets lists; NaN and the infinities null, as in JSON. */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return plainObject(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return [...value].map(plainJson);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainJson(inner)]));
}
