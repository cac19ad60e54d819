/** What requests cost, as the service tells it with each answer. */

export type CosmosOperation =
  'read' | 'create' | 'replace' | 'upsert' | 'delete' | 'bulk' | 'batch' | 'query' | 'plan' | 'feed' | 'metadata';

export interface DocumentCharge {
  readonly collection: string;
  readonly operation: CosmosOperation;
  requests: number;
  requestUnits: number;
  /** Requests, or operations within them, that were asked to come again: 429, 449 and 503. */
  refused: number;
}

/** Bounded by the containers and the operations there are. */
export class Charges {
  readonly #all = new Map<string, DocumentCharge>();

  add(collection: string, operation: CosmosOperation, requestUnits: number): void {
    const charge = this.#of(collection, operation);
    charge.requests += 1;
    charge.requestUnits += requestUnits;
  }

  refused(collection: string, operation: CosmosOperation): void {
    this.#of(collection, operation).refused += 1;
  }

  all(): readonly Readonly<DocumentCharge>[] {
    return [...this.#all.values()].map(charge => ({ ...charge }));
  }

  #of(collection: string, operation: CosmosOperation): DocumentCharge {
    const key = `${collection} ${operation}`;
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const charge = { collection, operation, requests: 0, requestUnits: 0, refused: 0 };
    this.#all.set(key, charge);
    return charge;
  }
}
