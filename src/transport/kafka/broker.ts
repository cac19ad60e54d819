/** A connection that has been introduced: versions are negotiated, and it knows who we are. */
import SASLAuthenticator from 'kafkajs/src/broker/saslAuthenticator/index.js';
import module, { type Definition, type Protocol } from 'kafkajs/src/protocol/requests/index.js';
import { Unavailable } from '../../errors.ts';
import type { Millis } from '../../stream/time.ts';
import { type Address, type Call, Connection, nameOfAddress } from './connection.ts';
import { BrokerRefused, BrokerUnable, failureOf } from './errors.ts';
import { type KafkaLimits, type KafkaOptions, limitsOf, type Sasl } from './options.ts';

const saslAuthenticateKey = 36;
/** A session that ends within this time is not begun to be used. */
const sessionMargin: Millis = 10_000;

export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

export class Broker {
  readonly #connection: Connection;
  readonly #limits: KafkaLimits;
  readonly #clock: () => Millis;
  #versions: Readonly<Record<number, VersionRange>> = {};
  #usedAt: Millis;
  #endsAt: Millis = Infinity;

  private constructor(connection: Connection, options: KafkaOptions) {
    this.#connection = connection;
    this.#limits = limitsOf(options);
    this.#clock = options.clock;
    this.#usedAt = options.clock();
  }

  /** Connects, asks for the versions and authenticates; each with its limit of time. */
  static async open(address: Address, options: KafkaOptions, signal: AbortSignal): Promise<Broker> {
    const { clientId, tls } = options;
    const opening = { clientId, tls, timeout: limitsOf(options).connectTimeout, signal };
    const connection = await Connection.open(address, opening);
    const close = (): void => connection.close('was left: the log is closed');
    signal.addEventListener('abort', close);
    const broker = new Broker(connection, options);
    try {
      await broker.#introduce(options.sasl);
      signal.throwIfAborted();
    } catch (error) {
      connection.close('could not be introduced to');
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
    return broker;
  }

  /** Whether it may be used now: not closed, not idle for so long that somebody between may have dropped it. */
  get isFit(): boolean {
    const now = this.#clock();
    return this.#connection.isOpen && now - this.#usedAt < this.#limits.idle && now < this.#endsAt;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** The highest version of a request that both sides know, below or at `ours`; undefined without any. */
  version(apiKey: number, ours: number): number | undefined {
    const range = this.#versions[apiKey];
    if (range === undefined || range.minVersion > ours) return undefined;
    return Math.min(range.maxVersion, ours);
  }

  /** Sends what is encoded already; answers the undecoded payload. */
  async call(call: Call, more: Millis = 0): Promise<Buffer> {
    this.#usedAt = this.#clock();
    const payload = await this.#connection.call(call, this.#limits.requestTimeout + more);
    this.#usedAt = this.#clock();
    return payload;
  }

  /**
   * Sends one of kafkajs's requests in the best version; error codes in the answer are the caller's. `more` is how long
   * the broker may hold the answer back.
   */
  async request<Options, Answer>(
    definition: Definition<Options, Answer>,
    options: Options,
    more: Millis = 0,
  ): Promise<Answer> {
    const oldest = definition.protocol({ version: Math.min(...definition.versions.map(Number)) })(options).request;
    const version = this.version(oldest.apiKey, Math.max(...definition.versions.map(Number)));
    if (version === undefined || !definition.versions.includes(String(version)))
      throw failureOf(35, `${oldest.apiName}: ${nameOfAddress(this.#connection.address)} knows no version of it`);
    return this.#send(definition.protocol({ version })(options), more);
  }

  close(why: string): void {
    this.#connection.close(why);
  }

  async #send<Answer>({ request, response }: Protocol<Answer>, more: Millis = 0): Promise<Answer> {
    const { apiKey, apiVersion, apiName: name } = request;
    const { buffer } = await request.encode();
    return response.decode(await this.call({ name, apiKey, apiVersion, flexible: false, body: [buffer] }, more));
  }

  async #introduce(sasl: Sasl | undefined): Promise<void> {
    const answer = await this.#send(module.requests.ApiVersions.protocol({ version: 0 })());
    if (answer.errorCode !== 0) throw failureOf(answer.errorCode, 'ApiVersions');
    this.#versions = Object.fromEntries(answer.apiVersions.map(range => [range.apiKey, range]));
    if (sasl !== undefined) await this.#authenticate(sasl);
  }

  async #authenticate(sasl: Sasl): Promise<void> {
    const { host, port } = this.#connection.address;
    const connection = {
      host,
      port,
      sasl: saslOptions(sasl),
      send: async (protocol: Protocol<unknown>) => {
        const answer = await protocol.response.parse(await this.#send(protocol));
        if (sasl.mechanism === 'OAUTHBEARER') refuseChallenge(answer);
        return answer;
      },
      sendAuthRequest: () => Promise.reject(new BrokerRefused('SASL', notKafka(host, port), 'Use a newer broker')),
    };
    const framed = this.#versions[saslAuthenticateKey] !== undefined;
    const authenticator = new SASLAuthenticator(connection, silent, this.#versions, framed);
    const { promise, reject } = Promise.withResolvers<never>();
    // A provider of tokens may hang where no connection does.
    const timer = setTimeout(() => reject(tooSlow(host, port)), this.#limits.requestTimeout);
    try {
      await Promise.race([authenticator.authenticate(), promise]);
    } catch (error) {
      if (error instanceof Unavailable || error instanceof BrokerRefused) throw error;
      throw notLetIn(sasl, host, port, error);
    } finally {
      clearTimeout(timer);
    }
    const lifetime = Number(authenticator.sessionLifetime);
    if (lifetime > 0) this.#endsAt = this.#clock() + Math.max(lifetime / 2, lifetime - sessionMargin);
  }
}

/** As kafkajs's authenticators want it; they write into it, so each has its own. */
function saslOptions(sasl: Sasl): { readonly mechanism: string } {
  if (sasl.mechanism !== 'OAUTHBEARER') return { ...sasl };
  const oauthBearerProvider = async (): Promise<{ value: string }> => ({ value: await sasl.token() });
  const options = { mechanism: sasl.mechanism, oauthBearerProvider };
  return options;
}

/** A broker that refuses a token says so in a challenge (RFC 7628, 3.2.3), which kafkajs takes for a yes. */
function refuseChallenge(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('authBytes' in answer)) return;
  const { authBytes } = answer;
  const lengthBytes = 4;
  if (Buffer.isBuffer(authBytes) && authBytes.length > lengthBytes)
    throw new Error(authBytes.toString('utf8', lengthBytes));
}

const silent = { namespace: () => silent, debug: () => {}, error: () => {} };

const notKafka = (host: string, port: number): string => `Broker ${host}:${port} lacks SaslAuthenticate`;

const tooSlow = (host: string, port: number): Unavailable =>
  new Unavailable(`Authentication at ${host}:${port} takes too long`, 'It is tried again; look at the token provider');

/** Credentials may be given back: whoever waits goes on by itself then. */
const notLetIn = (sasl: Sasl, host: string, port: number, error: unknown): BrokerUnable =>
  new BrokerUnable(
    'SASL_AUTHENTICATION_FAILED',
    `Broker ${host}:${port} does not let ${'username' in sasl ? `'${sasl.username}'` : 'the bearer of the token'} in: ${error instanceof Error ? error.message : String(error)}`,
    'Give the client valid credentials: what waits goes on by itself',
  );
