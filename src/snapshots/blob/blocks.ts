/** Cuts parts of any size anew into blocks of exactly `bytes`, the last one smaller; no empty block. */
export async function* inBlocks(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for await (const part of parts) {
    for (let from = 0; from < part.length;) {
      const piece = part.subarray(from, from + bytes - filled);
      block.set(piece, filled);
      from += piece.length;
      filled += piece.length;
      if (filled < bytes) continue;
      yield block;
      block = Buffer.allocUnsafe(bytes);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
