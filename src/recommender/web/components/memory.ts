/** What the browser remembers for a page: its storage, or where its visitor forbids that, as long as the page. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

type Kind = 'localStorage' | 'sessionStorage';

/** `localStorage` outlives the tab, `sessionStorage` the page. */
export function memoryOf(page: Readonly<Record<Kind, Memory>>, kind: Kind): Memory {
  try {
    return page[kind];
  } catch (error) {
    if (error instanceof DOMException && error.name === 'SecurityError') return new PassingMemory();
    throw error;
  }
}

/** Remembers as long as the page is there. */
export class PassingMemory implements Memory {
  readonly #texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }
  removeItem(key: string): void {
    this.#texts.delete(key);
  }
}
