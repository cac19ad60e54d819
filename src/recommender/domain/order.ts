/** Compares ids by their UTF-16 code units: the same everywhere, unlike a locale's order. */
export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Ascending by Unicode code point: UTF-16 has the rarer characters, which are pairs of surrogates, in another place. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [isRareX, isRareY] = [isSurrogate(x), isSurrogate(y)];
    return isRareX === isRareY ? x - y : isRareX ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
