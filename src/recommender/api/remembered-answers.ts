/** Answers that may be given again, by who asked and for what: those that were asked for least lately go first. */
import type { Caller } from './auth/caller.ts';
import type { TaggedAnswer } from './caching.ts';
import type { Endpoint, Lasting } from './endpoint.ts';

export interface RememberedAnswer extends TaggedAnswer {
  readonly lasting: Lasting;
}

/** 64 MiB: about 15,000 lists of ten. */
export const defaultRemembered_bytes = 64 * 1_024 ** 2;

/** What an entry takes up beside its texts: objects, closures and its place in the map. */
const besides_bytes = 1_000;

/** Nothing of it may be given without asking `lasting.isStill` first. */
export class RememberedAnswers {
  readonly #most_bytes: number;
  readonly #answers = new Map<string, RememberedAnswer>();
  #bytes = 0;

  /** @param most_bytes estimated: text at two bytes a character; 0 remembers nothing */
  constructor(most_bytes = defaultRemembered_bytes) {
    this.#most_bytes = most_bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): RememberedAnswer | undefined {
    const found = this.#answers.get(key);
    if (found === undefined) return undefined;
    this.#answers.delete(key); // what is asked for moves behind what is not
    this.#answers.set(key, found);
    return found;
  }

  set(key: string, answer: RememberedAnswer): void {
    this.forget(key);
    const bytes = bytesOf(key, answer);
    if (bytes > this.#most_bytes) return;
    this.#answers.set(key, answer);
    this.#bytes += bytes;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#most_bytes) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    const answer = this.#answers.get(key);
    if (answer === undefined) return;
    this.#answers.delete(key);
    this.#bytes -= bytesOf(key, answer);
  }
}

/** Who asks is part of the question: what one was given, another may not be. Undefined for what never lasts. */
export function questionOf({ lasts }: Endpoint, caller: Caller | undefined, url: string): string | undefined {
  return lasts === true && caller !== undefined ? `${nameOf(caller)} ${url}` : undefined;
}

const names = new WeakMap<Caller, string>();

function nameOf(caller: Caller): string {
  const known = names.get(caller);
  if (known !== undefined) return known;
  const name = JSON.stringify([caller.tenant, caller.role, caller.userId ?? null]);
  names.set(caller, name);
  return name;
}

const bytesOf = (key: string, { text }: TaggedAnswer): number => 2 * (key.length + text.length) + besides_bytes;
