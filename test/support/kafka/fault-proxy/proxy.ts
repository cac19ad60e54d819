/**
 * A man in the middle: clients that begin with its address never meet the brokers themselves, because the answers that
 * name brokers name it in their place. It passes everything on, and does harm where a test has asked for it.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from '../free-ports.ts';
import { type ApiName, apiNamed, apis } from './apis.ts';
import { Connection, type Rules } from './connection.ts';
import { type ConnectionFault, type Fault, Injected } from './faults.ts';
import { readAnswer, type Request, writeAnswer } from './messages.ts';
import { changed, refusal } from './rewrite.ts';
import { type Struct, structsOf } from './schema.ts';

/** Where clients come in, in place of one address of a broker. */
interface Door {
  readonly server: Server;
  readonly port: number;
}

export class FaultProxy implements AsyncDisposable {
  readonly #doors = new Map<string, Promise<Door>>();
  readonly #connections = new Set<Connection>();
  readonly #problems: unknown[] = [];
  readonly #seen = new Map<ApiName, number>();
  #faults: Injected<Fault>[] = [];
  #connectionFaults: Injected<ConnectionFault>[] = [];
  #gate: PromiseWithResolvers<void> | undefined;
  #brokers: string[] = [];

  private constructor() {}

  /** In front of brokers that speak without TLS. */
  static async start(brokers: readonly string[]): Promise<FaultProxy> {
    const proxy = new FaultProxy();
    const doors = await Promise.all(brokers.map(broker => proxy.#doorOf(broker)));
    proxy.#brokers = doors.map(({ port }) => `127.0.0.1:${port}`);
    return proxy;
  }

  /** For clients. */
  brokers(): string[] {
    return this.#brokers;
  }

  /** How many requests of a kind have come. */
  seen(api: ApiName): number {
    return this.#seen.get(api) ?? 0;
  }

  /** Faults that were asked for sooner happen first. */
  inject(api: ApiName, fault: Fault, times = 1): Injected<Fault> {
    const injected = new Injected(api, fault, times);
    this.#faults.push(injected);
    return injected;
  }

  /** Happens to the next connections that clients open. */
  injectOnConnect(fault: ConnectionFault, times = 1): Injected<ConnectionFault> {
    const injected = new Injected('connect' as const, fault, times);
    this.#connectionFaults.push(injected);
    return injected;
  }

  /** Takes back whatever has not happened yet. */
  heal(): void {
    this.#faults = [];
    this.#connectionFaults = [];
  }

  /** Cuts all connections that stand. */
  cut(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Connections stand and come, and nothing passes, as behind a firewall that drops packets. */
  silence(): void {
    this.#gate ??= Promise.withResolvers();
  }

  /** What was held back passes. */
  speak(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Nobody listens any more, as on a machine whose broker is down. */
  async shut(): Promise<void> {
    const doors = await Promise.all(this.#doors.values());
    const closed = doors.filter(({ server }) => server.listening).map(({ server }) => once(server.close(), 'close'));
    this.cut();
    await Promise.all(closed);
  }

  /** Listens where it did. */
  async open(): Promise<void> {
    for (const { server, port } of await Promise.all(this.#doors.values())) await listen(server, port);
  }

  /** Throws what went wrong in the proxy itself, so that no test passes on a broken one. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.speak();
    await this.shut();
    if (this.#problems.length > 0) throw new AggregateError(this.#problems, 'The fault proxy has failed');
  }

  #doorOf(broker: string): Promise<Door> {
    const door = this.#doors.get(broker) ?? this.#newDoor(broker);
    this.#doors.set(broker, door);
    return door;
  }

  async #newDoor(broker: string): Promise<Door> {
    const server = createServer(near => this.#enter(near, broker));
    return { server, port: await listen(server, 0) };
  }

  #enter(near: Socket, broker: string): void {
    const fault = this.#connectionFaults.find(injected => injected.take('connect'))?.fault;
    const connection = new Connection(near, connect(addressOf(broker)), this.#rules, fault);
    this.#connections.add(connection);
    connection
      .run()
      .catch((error: unknown) => this.#problems.push(error))
      .finally(() => this.#connections.delete(connection));
  }

  readonly #rules: Rules = {
    gate: () => this.#gate?.promise ?? Promise.resolve(),
    judge: api => {
      this.#seen.set(api, this.seen(api) + 1);
      return this.#faults.find(injected => injected.take(api))?.fault;
    },
    refuse: (request, code) => {
      const api = known(request);
      return writeAnswer(request, api, refusal(request, api, code));
    },
    rewrite: async (request, frame, fault) => {
      const { api } = request;
      if (api === undefined || (fault === undefined && !named.has(api))) return frame;
      const answer = readAnswer(api, request.version, frame);
      return writeAnswer(request, api, changed(api, await this.#translated(api, answer), fault));
    },
  };

  async #translated(api: ApiName, answer: Struct): Promise<Struct> {
    if (api === 'apiVersions') return withoutNewer(answer);
    if (api === 'findCoordinator') return answer['error'] === 0 ? this.#throughDoor(answer) : answer;
    if (api !== 'metadata') return answer;
    const brokers = structsOf(answer['brokers']);
    return { ...answer, brokers: await Promise.all(brokers.map(broker => this.#throughDoor(broker))) };
  }

  async #throughDoor(address: Struct): Promise<Struct> {
    const { host, port } = address;
    if (typeof host !== 'string' || typeof port !== 'number') throw new TypeError('An address has a host and a port');
    return { ...address, host: '127.0.0.1', port: (await this.#doorOf(`${host}:${port}`)).port };
  }
}

/** Answers that the proxy changes always: those that name brokers, and the one that says what may be asked. */
const named: ReadonlySet<ApiName> = new Set(['metadata', 'findCoordinator', 'apiVersions']);

/** Clients ask in versions that the proxy can read. */
const withoutNewer = (answer: Struct): Struct => ({
  ...answer,
  apis: structsOf(answer['apis']).map(api => {
    const name = apiNamed.get(Number(api['key']));
    return name === undefined ? api : { ...api, newest: Math.min(Number(api['newest']), apis[name].newest) };
  }),
});

function known({ api }: Request): ApiName {
  if (api === undefined) throw new Error('Only a request that the proxy knows can be refused by it');
  return api;
}

function addressOf(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) };
}

async function listen(server: Server, port: number): Promise<number> {
  if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening');
  return portOf(server.address());
}
