import type { DocumentKey, DocumentWrite, JsonObject } from '../documents/port.ts';

/** The documents of an open epoch: the last one by key counts. */
export class PendingDocuments {
  readonly #task: string;
  #writes = new Map<string, DocumentWrite>();
  #seq = 0;

  constructor(task: string) {
    this.#task = task;
  }

  add(at: DocumentKey, body: JsonObject | null, { lineage, epoch }: { lineage: number; epoch: number }): void {
    const { collection, partition, id } = at;
    const version = { lineage, epoch, seq: this.#seq++ };
    const key = JSON.stringify([collection, partition, id]);
    this.#writes.delete(key); // the order of writes is the order of the last change by key
    this.#writes.set(key, { collection, partition, id, task: this.#task, version, body });
  }

  get size(): number {
    return this.#writes.size;
  }

  all(): readonly DocumentWrite[] {
    return [...this.#writes.values()];
  }

  clear(): void {
    this.#writes = new Map();
    this.#seq = 0;
  }
}
