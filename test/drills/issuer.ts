/** An issuer of tokens on loopback, as a shop has one elsewhere: it publishes its keys, and signs with one of them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

const algorithm = 'ES256';
export const audience = 'api://drill';

interface Signing {
  readonly kid: string;
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export class TokenIssuer implements AsyncDisposable {
  /** As tokens name it. */
  readonly url: string;
  #keys: readonly Signing[];
  readonly #close: () => Promise<void>;

  private constructor(url: string, keys: readonly Signing[], close: () => Promise<void>) {
    this.url = url;
    this.#keys = keys;
    this.#close = close;
  }

  static async start(): Promise<TokenIssuer> {
    const first = await signing('first');
    const server = createServer(({ url }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(url === '/keys' ? issuer.#published() : issuer.#description()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The issuer listens on a port');
    const issuer = new TokenIssuer(`http://127.0.0.1:${address.port}`, [first], async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    });
    return issuer;
  }

  /** Publishes a further key, and signs with the former one still. */
  async publish(kid: string): Promise<void> {
    this.#keys = [...this.#keys, await signing(kid)];
  }

  /** Publishes the newest key alone. */
  withdraw(): void {
    this.#keys = this.#keys.slice(-1);
  }

  /** Of who acts for every user, signed with the oldest key that is published, or with the newest. */
  async token(by: 'oldest' | 'newest'): Promise<string> {
    const key = this.#keys.at(by === 'oldest' ? 0 : -1);
    if (key === undefined) throw new Error('The issuer has a key');
    return new SignJWT({ sub: 'shop', roles: ['Millrace.Service'] })
      .setProtectedHeader({ alg: algorithm, kid: key.kid })
      .setIssuer(this.url)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key.privateKey);
  }

  #published(): object {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  #description(): object {
    return { issuer: this.url, jwks_uri: `${this.url}/keys` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

async function signing(kid: string): Promise<Signing> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  return { kid, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: algorithm }, privateKey };
}
