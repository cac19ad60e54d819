/** Everything that answers, of one namespace: for each tenant its own, made when its first caller comes. */
import type { Endpoint } from './endpoint.ts';
import { type EndpointParts, endpointsOf } from './endpoints.ts';
import { RequestRefused } from './errors.ts';
import { RememberedAnswers } from './remembered-answers.ts';

/** Tenants that a server holds catalogue and vectors of at a time. */
export const mostTenants = 200;

interface Answers {
  readonly parts: EndpointParts;
  readonly endpoints: readonly Endpoint[];
}

/** More tenants ask than one server may hold. */
export class TooManyTenants extends RequestRefused {
  readonly code = 'TOO_MANY_TENANTS';
  readonly status = 503;
  constructor() {
    super(`More than ${mostTenants} tenants are served`, 'Divide them among several servers');
  }
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

  /** @throws {TooManyTenants} */
  of(tenant: string): Answers {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    if (this.#tenants.size >= mostTenants) throw new TooManyTenants();
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
