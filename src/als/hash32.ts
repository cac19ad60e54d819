/** FNV-1a over UTF-16 code units (Fowler, Noll, Vo), mixed at both ends: 32 bits with a sign. */
export function hash32(text: string, seed: number): number {
  let hash = mixed(seed ^ 0x811c9dc5);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The finaliser of MurmurHash3 by Austin Appleby: every bit of the input moves every bit of the result. */
export function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
