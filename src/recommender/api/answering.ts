/** Everything that answers, of one namespace: for each tenant its own, made when its first caller comes. */
import type { Endpoint } from './endpoint.ts';
import { type EndpointParts, endpointsOf } from './endpoints.ts';
import { RememberedAnswers } from './remembered-answers.ts';

interface Answers {
  readonly parts: EndpointParts;
  readonly endpoints: readonly Endpoint[];
}

export class Answering {
  /** Of all tenants. */
  readonly remembered: RememberedAnswers;
  readonly #partsOf: (tenant: string) => EndpointParts;
  readonly #tenants = new Map<string, Answers>();
  #isClosed = false;

  constructor(partsOf: (tenant: string) => EndpointParts, remembered_bytes?: number) {
    this.#partsOf = partsOf;
    this.remembered = new RememberedAnswers(remembered_bytes);
  }

  /** How many tenants there may be, admission says: nobody comes here that it has not let in. */
  of(tenant: string): Answers {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const parts = this.#partsOf(tenant);
    const answers = { parts, endpoints: endpointsOf(parts) };
    this.#tenants.set(tenant, answers);
    if (this.#isClosed) void closeParts(parts); // nothing runs in it yet
    return answers;
  }

  /** Ends all live streams, and all waiting; resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#tenants.values()].map(({ parts }) => closeParts(parts)));
  }
}

const closeParts = async (parts: EndpointParts): Promise<void> => {
  const { hub, listHub, learnt, learntLists, lookup, vectors } = parts;
  await Promise.all([hub, listHub, learnt, learntLists, lookup, vectors].map(part => part.close()));
};
