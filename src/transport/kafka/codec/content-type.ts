/** The header that names the schema of plain Avro by its id in Azure's registry: `content-type: avro/binary+<id>`. */
import { type BatchCursor, Kind } from '../../record.ts';
import { azureFrameBytes, azureIdBytes, azureMarker } from '../../wire-frame.ts';

export const name = Buffer.from('content-type');
export const prefix = Buffer.from('avro/binary+');
/** Digits of the id, hexadecimal. */
const digits = 2 * azureIdBytes;
export const valueBytes = prefix.length + digits;
/** Bytes of the header in a record whose value carries so many of a frame: the lengths of name and value take one each. */
export const encodedBytesOf = (frameBytes: number): number => (frameBytes === 0 ? 0 : 1 + name.length + 1 + valueBytes);

/** Bytes at the beginning of the value that carry an id which belongs into the header; 0 where none does. */
export function frameBytesOf({ bytes, kind, valueStart, valueEnd }: BatchCursor): number {
  const isFramed =
    bytes[valueStart] === azureMarker[0] &&
    bytes[valueStart + 1] === azureMarker[1] &&
    kind === Kind.value &&
    valueEnd - valueStart >= azureFrameBytes;
  return isFramed ? azureFrameBytes : 0;
}

/** Where the id begins in a header whose name is as long as ours; -1 where the header is another or names no id. */
export function idAt(bytes: Buffer, nameAt: number, valueAt: number, length: number): number {
  const idStart = valueAt + prefix.length;
  const isOne =
    length === valueBytes &&
    valueAt + length <= bytes.length &&
    name.equals(bytes.subarray(nameAt, nameAt + name.length)) &&
    prefix.equals(bytes.subarray(valueAt, idStart)) &&
    /^[0-9a-f]+$/i.test(bytes.toString('latin1', idStart, valueAt + length));
  return isOne ? idStart : -1;
}
