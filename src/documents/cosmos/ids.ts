/** Ids as Cosmos DB takes them: it refuses `/`, `\`, `?` and `#`, an empty id, and more than 1,023 bytes. */
import { MillraceError } from '../../errors.ts';

export class BadDocumentKey extends MillraceError {
  readonly code = 'BAD_DOCUMENT_KEY';
}

const longestId_bytes = 1_023;
const longestPartition_bytes = 2_048;
const plain = /^[A-Za-z0-9_.:~@|,+-]+$/;
const bytes = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** Letters, digits and `_.:~@|,+-` stay; every other byte becomes `=` and two hexadecimal digits; no id is `=`. */
export function encodedId(id: string): string {
  const encoded = plain.test(id) ? id : id === '' ? '=' : escaped(wellFormed(id));
  if (encoded.length <= longestId_bytes) return encoded;
  throw new BadDocumentKey(
    `The id '${id.slice(0, 50)}…' takes ${encoded.length} bytes, and Cosmos DB holds ${longestId_bytes}`,
    'Use shorter ids',
  );
}

/** An id that nobody has encoded, such as one that a shop wrote by itself, is what it is. */
export function decodedId(id: string): string {
  if (!id.includes('=')) return id;
  if (id === '=') return '';
  if (!/^(?:[A-Za-z0-9_.:~@|,+-]|=[0-9A-F]{2})+$/.test(id)) return id;
  const out: number[] = [];
  for (let at = 0; at < id.length; at += 1) {
    if (id[at] !== '=') out.push(id.charCodeAt(at));
    else {
      out.push(Number.parseInt(id.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return decoded(Uint8Array.from(out)) ?? id;
}

/** The value of a partition key: any text, within what the service holds. */
export function partitionKeyOf(partition: string): string {
  const length = bytes.encode(wellFormed(partition)).length;
  if (length <= longestPartition_bytes) return partition;
  throw new BadDocumentKey(
    `A partition takes ${length} bytes, and Cosmos DB holds ${longestPartition_bytes}`,
    'Use shorter partitions',
  );
}

function escaped(id: string): string {
  let out = '';
  for (const byte of bytes.encode(id)) {
    const character = String.fromCharCode(byte);
    out += plain.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function decoded(of: Uint8Array): string | undefined {
  try {
    return text.decode(of);
  } catch {
    return undefined; // bytes that no id of ours has
  }
}

/** A lone surrogate would come back as U+FFFD, and two such ids as one. */
function wellFormed(of: string): string {
  if (of.isWellFormed()) return of;
  throw new BadDocumentKey(`${JSON.stringify(of)} is not well-formed Unicode`, 'Reject such ids where they enter');
}
