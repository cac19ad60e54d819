/**
 * Identity of a schema: CRC-64-AVRO of its parsing canonical form, as the Avro specification defines both
 * (https://avro.apache.org/docs/1.12.0/specification/, "Parsing Canonical Form" and "Schema Fingerprints").
 */
import { avroType, type AvroType } from './avro.ts';
import type { AvroDefinition } from './definition.ts';

/** The fingerprint of no bytes; also the polynomial. */
const empty = 0xc15d213aa4d7a795n;

const table: readonly bigint[] = Array.from({ length: 256 }, (_, byte) => {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? empty : 0n);
  return crc;
});

/** CRC-64-AVRO (Rabin) of bytes, as 16 hexadecimal digits. */
export const crc64Avro = (bytes: Uint8Array): string => {
  let crc = empty;
  for (const byte of bytes) crc = (crc >> 8n) ^ (table[Number((crc ^ BigInt(byte)) & 0xffn)] ?? 0n);
  return crc.toString(16).padStart(16, '0');
};

/** Two schemas with the same canonical form read and write the same bytes; docs, defaults and aliases are left out. */
export const canonicalForm = (type: AvroType): string => JSON.stringify(type.schema());

/** Fingerprint of a definition as 16 hexadecimal digits. Throws `InvalidSchema`. */
export const fingerprintOf = (definition: AvroDefinition): string => fingerprintOfType(avroType(definition, true));

export const fingerprintOfType = (type: AvroType): string => crc64Avro(Buffer.from(canonicalForm(type)));
