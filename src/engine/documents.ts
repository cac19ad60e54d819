import type { DocumentKey, DocumentWrite, JsonObject } from '../documents/port.ts';

/** The documents of an open epoch: the last one by key counts. */
export class PendingDocuments {
  readonly #task: string;
  #writes = new Map<string, DocumentWrite>();
  /** Of the writes that have one: the W3C trace context of what they are written because of. */
  #traces = new Map<string, string>();
  #seq = 0;

  constructor(task: string) {
    this.#task = task;
  }

  add(
    at: DocumentKey,
    body: JsonObject | null,
    { lineage, epoch }: { lineage: number; epoch: number },
    trace = '',
  ): void {
    const { collection, partition, id } = at;
    const version = { lineage, epoch, seq: this.#seq++ };
    const key = JSON.stringify([collection, partition, id]);
    this.#writes.delete(key); // the order of writes is the order of the last change by key
    if (trace !== '') this.#traces.set(key, trace);
    else if (this.#traces.size > 0) this.#traces.delete(key);
    this.#writes.set(key, { collection, partition, id, task: this.#task, version, body });
  }

  get size(): number {
    return this.#writes.size;
  }

  all(): readonly DocumentWrite[] {
    return [...this.#writes.values()];
  }

  /** Those that are written because of something that is traced. */
  *traced(): Iterable<readonly [trace: string, write: DocumentWrite]> {
    for (const [key, trace] of this.#traces) {
      const write = this.#writes.get(key);
      if (write !== undefined) yield [trace, write];
    }
  }

  clear(): void {
    this.#writes = new Map();
    this.#traces = new Map();
    this.#seq = 0;
  }
}
