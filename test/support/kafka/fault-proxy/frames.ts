import type { Socket } from 'node:net';

const sizeBytes = 4;

/** The messages of a connection, each without the four bytes of its size. It ends where the connection does. */
export async function* frames(socket: Socket): AsyncGenerator<Buffer, void, void> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('A socket without an encoding gives bytes');
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let size = sizeOf(held); held.length >= sizeBytes + size; size = sizeOf(held)) {
      yield held.subarray(sizeBytes, sizeBytes + size);
      held = held.subarray(sizeBytes + size);
    }
  }
}

const sizeOf = (held: Buffer): number => (held.length < sizeBytes ? Infinity : held.readInt32BE());

export function framed(content: Buffer): Buffer {
  const size = Buffer.alloc(sizeBytes);
  size.writeInt32BE(content.length);
  return Buffer.concat([size, content]);
}
