/**
 * How the bytes of a value say which schema wrote them.
 *
 * | framing       | begins with                                | as                                                   |
 * | ------------- | ------------------------------------------ | ---------------------------------------------------- |
 * | single-object | C3 01, fingerprint of 8 bytes              | the Avro specification has it; what Millrace writes  |
 * | confluent     | 00, id of 4 bytes, big endian              | Confluent's registry and those that speak as it does |
 * | azure         | C3 02, id of 16 bytes: inside of us only   | on a broker the id stands in the header content-type |
 *
 * A header does not travel with a value through the engine and the dead letters; the third framing carries it.
 */

import { azureFrameBytes, azureMarker, singleObjectBytes, singleObjectMarker } from '../transport/wire-frame.ts';

/** Names a schema to a registry: a fingerprint of 16 hexadecimal digits, `confluent:7`, or `azure:` and 32 digits. */
export type SchemaReference = string;

export const singleObject = { bytes: singleObjectBytes } as const;
export const confluent = { marker: Buffer.from([0x00]), bytes: 5 } as const;
export const azure = { marker: Buffer.from(azureMarker), bytes: azureFrameBytes } as const;

const confluentPrefix = 'confluent:';
const azurePrefix = 'azure:';

export const fingerprintAt = (bytes: Buffer, start: number): SchemaReference =>
  Buffer.from(bytes.subarray(start + 2, start + singleObject.bytes))
    .reverse()
    .toString('hex');

export const confluentReference = (id: number): SchemaReference => `${confluentPrefix}${id}`;

export const azureReferenceAt = (bytes: Buffer, start: number): SchemaReference =>
  `${azurePrefix}${bytes.toString('hex', start + 2, start + azure.bytes)}`;

/** The id of a Confluent registry that the reference is; undefined for another. */
export function confluentIdOf(reference: SchemaReference): number | undefined {
  return reference.startsWith(confluentPrefix) ? Number(reference.slice(confluentPrefix.length)) : undefined;
}

/** The id of an Azure registry, 32 hexadecimal digits; undefined for another. */
export function azureIdOf(reference: SchemaReference): string | undefined {
  return reference.startsWith(azurePrefix) ? reference.slice(azurePrefix.length) : undefined;
}

/** For people: 'the fingerprint …', 'the id 7 of a Confluent registry'. */
export function wordsOf(reference: SchemaReference): string {
  const id = confluentIdOf(reference);
  if (id !== undefined) return `the id ${id} of a Confluent registry`;
  const azureId = azureIdOf(reference);
  return azureId === undefined ? `the fingerprint ${reference}` : `the id ${azureId} of an Azure registry`;
}

/** What a value begins with that names its schema. */
export interface Frame {
  readonly reference: SchemaReference;
  /** Before the value itself. */
  readonly bytes: number;
}

/** Undefined where a value begins with none of the framings. */
export function frameOf(value: Buffer): Frame | undefined {
  if (value[0] === confluent.marker[0] && value.length >= confluent.bytes)
    return { reference: confluentReference(value.readUInt32BE(1)), bytes: confluent.bytes };
  if (value[0] !== azureMarker[0]) return undefined;
  if (value[1] === singleObjectMarker[1] && value.length >= singleObject.bytes)
    return { reference: fingerprintAt(value, 0), bytes: singleObject.bytes };
  if (value[1] === azureMarker[1] && value.length >= azure.bytes)
    return { reference: azureReferenceAt(value, 0), bytes: azure.bytes };
  return undefined;
}

/** What a single object of the schema with this fingerprint begins with. */
export const singleObjectHead = (fingerprint: string): Buffer =>
  Buffer.from([...singleObjectMarker, ...Buffer.from(fingerprint, 'hex').reverse()]);
