/** The text that an error is given in code, as far as it is known before the call: a literal, a template, or a sum of those. */

/** What stands in the code, and undefined for what is only known when it runs. */
export type Part = string | undefined;

const quotes: ReadonlySet<string> = new Set(["'", '"', '`']);
const opening: ReadonlySet<string> = new Set(['(', '[', '{']);
const closing: ReadonlySet<string> = new Set([')', ']', '}']);
const ends: ReadonlySet<string> = new Set(['+', ',', ')', '']);
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Of code that makes an error, as `new Refused('no', …)`; undefined of other code, and where it is cut before its end. */
export function firstArgument(code: string): readonly Part[] | undefined {
  const [call] = /^(?:new\s+[\w$.]+|[\w$]*Error)\s*\(/.exec(code) ?? [];
  return call === undefined ? undefined : new Reader(code, call.length).argument();
}

class Reader {
  readonly #code: string;
  #at: number;

  constructor(code: string, at: number) {
    this.#code = code;
    this.#at = at;
  }

  argument(): readonly Part[] | undefined {
    const parts: Part[] = [];
    for (;;) {
      parts.push(...this.#operand());
      const end = this.#now;
      if (end === '') return undefined;
      if (end !== '+') return parts;
      this.#at++;
    }
  }

  get #now(): string {
    return this.#code.charAt(this.#at);
  }

  /** A text counts where it is all of an operand: `'a'.repeat(n)` is known to nobody. */
  #operand(): readonly Part[] {
    this.#skipSpace();
    const text = quotes.has(this.#now) ? this.#text() : [undefined];
    this.#skipSpace();
    if (ends.has(this.#now)) return text;
    this.#skipTo(ends);
    return [undefined];
  }

  /** From a quote to the one that ends it. */
  #text(): readonly Part[] {
    const quote = this.#now;
    const parts: Part[] = [];
    let text = '';
    for (this.#at++; this.#now !== quote && this.#now !== ''; this.#at++) {
      if (this.#now === '\\') {
        this.#at++;
        text += escapes[this.#now] ?? this.#now;
      } else if (quote === '`' && this.#code.startsWith('${', this.#at)) {
        this.#at += 2;
        this.#skipTo(new Set(['}', '']));
        parts.push(text, undefined);
        text = '';
      } else text += this.#now;
    }
    this.#at++;
    return [...parts, text];
  }

  /** Over whatever is in brackets or quotes. */
  #skipTo(stops: ReadonlySet<string>): void {
    let depth = 0;
    while (this.#now !== '' && (depth > 0 || !stops.has(this.#now))) {
      if (quotes.has(this.#now)) {
        this.#text();
        continue;
      }
      if (opening.has(this.#now)) depth++;
      if (closing.has(this.#now)) depth--;
      this.#at++;
    }
  }

  #skipSpace(): void {
    while (/\s/.test(this.#now)) this.#at++;
  }
}
