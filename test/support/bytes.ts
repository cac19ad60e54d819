/** Which files below a folder hold an id, in any dress that it could take, or a hash of it, packed in Avro containers or not. */
import { hash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import avro from 'avsc';

/** Paths, ascending, each once. */
export const holdersOf = (folder: string, ...ids: readonly string[]): Promise<string[]> =>
  holding(folder, ids.flatMap(dressesOf));

/** The same of SHA-256 hashes of what is given, whole or cut to nine bytes. */
export const holdersOfHash = (folder: string, ...texts: readonly string[]): Promise<string[]> =>
  holding(folder, texts.flatMap(hashesOf));

async function holding(folder: string, wanted: readonly Buffer[]): Promise<string[]> {
  const holders: string[] = [];
  for (const path of filesIn(folder)) {
    const bytes = readFileSync(path);
    const blocks = bytes.subarray(0, 4).equals(container) ? await blocksOf(path) : [];
    if ([bytes, ...blocks].some(part => wanted.some(dress => part.includes(dress))))
      holders.push(relative(folder, path));
  }
  return holders.sort();
}

const container = Buffer.from('Obj\u0001');

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));

/** As they are once they are inflated. */
async function blocksOf(path: string): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  const deflate = (packed: Buffer, done: (error: Error | null, block: Buffer) => void): void => {
    const block = inflateRawSync(packed);
    blocks.push(block);
    done(null, block);
  };
  for await (const _ of createReadStream(path).pipe(new avro.streams.BlockDecoder({ codecs: { deflate } })));
  return blocks;
}

/** UTF-8, UTF-16, hexadecimal, percent, and base64 wherever in three bytes it begins. */
function dressesOf(id: string): Buffer[] {
  const plain = Buffer.from(id);
  const base64 = [0, 1, 2].map(before => {
    const text = Buffer.concat([Buffer.alloc(before), plain]).toString('base64');
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  const texts = [plain.toString('hex'), encodeURIComponent(id), ...base64];
  return [plain, Buffer.from(id, 'utf16le'), ...texts.map(text => Buffer.from(text))];
}

/** Of the text, the text in quotes and as a part of an address; as bytes and as texts. */
function hashesOf(text: string): Buffer[] {
  return [text, JSON.stringify(text), JSON.stringify([text]), encodeURIComponent(text)].flatMap(each => {
    const bytes = hash('sha256', each, 'buffer').subarray(0, 9);
    return [bytes, ...(['hex', 'base64', 'base64url'] as const).map(dress => Buffer.from(bytes.toString(dress)))];
  });
}
