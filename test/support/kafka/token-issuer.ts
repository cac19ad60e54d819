/** Signs tokens as Entra ID does, and serves the key that brokers verify them with. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const keyId = 'test';

export class TokenIssuer implements AsyncDisposable {
  readonly #server: Server;
  readonly #key: KeyObject;

  private constructor(server: Server, key: KeyObject) {
    this.#server = server;
    this.#key = key;
  }

  static async start(): Promise<TokenIssuer> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' };
    const keys = JSON.stringify({ keys: [key] });
    const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(keys));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TokenIssuer(server, privateKey);
  }

  get url(): string {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- a server that listens on a port has such an address
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  /** A token for an audience, good for so many seconds from now. */
  token(audience: string, seconds: number): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: this.url, aud: audience, sub: 'millrace', scope: 'all', iat: now - 60, exp: now + seconds };
    const text = [{ alg: 'RS256', typ: 'JWT', kid: keyId }, claims].map(part => base64(JSON.stringify(part))).join('.');
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), this.#key).toString('base64url')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url');
