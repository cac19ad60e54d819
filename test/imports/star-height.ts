/** How deep loops lie within each other in a pattern: two may take a time that doubles with each character (ReDoS). */

const tokens = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|[*+]|\{\d+,\}|./gsu;

/** Of loops without an end, `*`, `+` and `{n,}`; what is fixed or bounded is none. */
export function starHeight(pattern: string): number {
  const open = [new Sequence()];
  for (const [token] of pattern.matchAll(tokens)) {
    const inner = open.at(-1) ?? new Sequence();
    if (token.startsWith('(')) open.push(new Sequence());
    else if (token === ')') open.at(-2)?.take(open.pop()?.height ?? 0);
    else if (/^(?:[*+]|\{\d+,\})$/.test(token)) inner.repeat();
    else inner.take(0);
  }
  return open.at(-1)?.height ?? 0;
}

class Sequence {
  height = 0;
  /** Of the last thing in it, which a quantifier behind it repeats. */
  #last = 0;

  take(height: number): void {
    this.#last = height;
    this.height = Math.max(this.height, height);
  }

  repeat(): void {
    this.take(this.#last + 1);
  }
}
