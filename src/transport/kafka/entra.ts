/** Tokens of Entra ID for connections to a broker: one at a time, kept until shortly before it expires. */
import { MillraceError, Unavailable } from '../../errors.ts';

/** What is used of a credential of @azure/identity. */
export interface TokenCredential {
  getToken(scope: string): Promise<AccessToken | null>;
}

interface AccessToken {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  readonly refreshAfterTimestamp?: number;
}

/** Nobody gives this process a token, and asking again changes nothing. */
export class NoToken extends MillraceError {
  readonly code = 'NO_TOKEN';
}

/** A token is asked for anew when it has less left than this: a connection must be able to begin with it. */
const margin_ms = 300_000;

export class EntraTokens {
  readonly #credential: TokenCredential;
  readonly #scope: string;
  readonly #now: () => number;
  #token: AccessToken | undefined;
  #asking: Promise<string> | undefined;

  constructor(credential: TokenCredential, scope: string, now: () => number) {
    this.#credential = credential;
    this.#scope = scope;
    this.#now = now;
  }

  /** A token that is still good for a while. @throws {Unavailable} {NoToken} */
  async get(): Promise<string> {
    if (this.#token !== undefined && this.#isGood(this.#token)) return this.#token.token;
    // Connections to all brokers begin at once: they share one question.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  #isGood({ expiresOnTimestamp, refreshAfterTimestamp = Infinity }: AccessToken): boolean {
    return this.#now() < Math.min(refreshAfterTimestamp, expiresOnTimestamp - margin_ms);
  }

  async #ask(): Promise<string> {
    try {
      const token = await this.#credential.getToken(this.#scope);
      if (token === null) throw new NoToken(`No token for ${this.#scope}`, remedy);
      this.#token = token;
      return token.token;
    } catch (error) {
      // The old one is asked to be renewed early; until it expires it serves.
      if (this.#token !== undefined && this.#now() < this.#token.expiresOnTimestamp) return this.#token.token;
      throw failureOf(error, this.#scope);
    }
  }
}

const remedy =
  'Give the process an identity that @azure/identity finds (workload identity, managed identity, AZURE_CLIENT_ID with AZURE_TENANT_ID and a secret or certificate, `az login`) and the role of Azure Event Hubs Data Receiver and Sender';

/** Names of the errors of @azure/identity that come again however often they are asked for. */
const lasting = new Set(['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationRequiredError']);

function failureOf(error: unknown, scope: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const name = error instanceof Error ? error.name : '';
  const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const what = `Entra ID gives no token for ${scope}: ${why}`;
  const isLasting = lasting.has(name) || (name === 'AuthenticationError' && isRefusal(error));
  return isLasting ? new NoToken(what, remedy, { cause: error }) : new Unavailable(what, remedy, { cause: error });
}

/** Too many requests are answered later, other refusals are not. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  'statusCode' in error &&
  typeof error.statusCode === 'number' &&
  error.statusCode >= 400 &&
  error.statusCode < 500 &&
  error.statusCode !== 429;
