/** An Apache Kafka of a test's own, to be killed, frozen and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Distribution, distribution, uuid } from './distribution.ts';
import { freePorts } from './free-ports.ts';
import { type BrokerPorts, serverProperties } from './properties.ts';

/** A start takes two seconds on an idle machine, four after a kill. */
const start_ms = 180_000;
const stop_ms = 60_000;

export interface BrokerOptions {
  /** Lines of server.properties, which win over those of the harness. */
  readonly properties?: readonly string[];
  /** Arguments of its Java, `-Dname=value` for instance. */
  readonly java?: readonly string[];
}

export class KafkaBroker implements AsyncDisposable {
  readonly folder: string;
  readonly #jars: Distribution;
  readonly #ports: BrokerPorts;
  readonly #java: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(folder: string, jars: Distribution, ports: BrokerPorts, java: readonly string[]) {
    this.folder = folder;
    this.#jars = jars;
    this.#ports = ports;
    this.#java = java;
  }

  static async start({ properties = [], java = [] }: BrokerOptions = {}): Promise<KafkaBroker> {
    const jars = await distribution();
    const [client = 0, internal = 0, controller = 0] = await freePorts(3);
    const ports = { client, internal, controller };
    const folder = mkdtempSync(join(tmpdir(), 'millrace-kafka-'));
    const broker = new KafkaBroker(folder, jars, ports, java);
    writeFileSync(broker.#config, serverProperties(format(folder, jars), ports, properties));
    try {
      await broker.restart();
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** For `bootstrap.servers`. */
  brokers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }

  /** The same in plain text and without credentials, whatever clients have to speak: for administrators. */
  internalBrokers(): string[] {
    return [`127.0.0.1:${this.#ports.internal}`];
  }

  get port(): number {
    return this.#ports.client;
  }

  /** For who measures it; it must run. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('The broker does not run');
    return pid;
  }

  /** Only the first broker of a machine has none: the others start in a third of the time. */
  get hasClassData(): boolean {
    return existsSync(this.#jars.classData);
  }

  /** All that it has said since it was made. */
  log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
  }

  /** Starts it again, on its old ports and with its old data; it must not run. */
  async restart(): Promise<void> {
    if (this.#process !== undefined) throw new Error('The broker runs already');
    const child = spawn(...this.#command(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    await this.#ready(child);
  }

  /** As if its machine had lost power. What it had acknowledged is in the page cache and stays. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** It says goodbye to its clients. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    if (existsSync(this.#classData)) renameSync(this.#classData, this.#jars.classData);
  }

  /** It holds all connections and answers nobody, until `thaw`. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#classData, { force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #config(): string {
    return join(this.folder, 'server.properties');
  }

  /** On the file system of the jars, so that it can be put beside them. */
  get #classData(): string {
    return `${this.#jars.classData}.${this.port}`;
  }

  get #log(): string {
    return join(this.folder, 'broker.log');
  }

  #command(): [string, string[]] {
    const { classpath, classData } = this.#jars;
    const archive = existsSync(classData)
      ? `SharedArchiveFile=${classData}`
      : `ArchiveClassesAtExit=${this.#classData}`;
    const java = [
      ...modest,
      ...this.#java,
      `-XX:${archive}`,
      '-cp',
      classpath,
      ...logging,
      'kafka.Kafka',
      this.#config,
    ];
    return existsSync(setpriv) ? [setpriv, [...leash, 'java', ...java]] : ['java', java];
  }

  async #ready(child: ChildProcess): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let tail = '';
    const hear = (chunk: Buffer): void => {
      appendFileSync(this.#log, chunk);
      tail = (tail + chunk.toString()).slice(-1_000);
      if (tail.includes('Kafka Server started')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (this.#process === child) this.#process = undefined;
      reject(new Error(`The broker ended with ${code ?? signal}:\n${this.log()}`));
    });
    const timer = setTimeout(() => reject(new Error(`The broker does not start:\n${this.log()}`)), start_ms);
    await promise.finally(() => clearTimeout(timer));
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stop_ms);
    await ended.finally(() => clearTimeout(timer));
  }
}

/** Formats a data folder as `kafka.tools.StorageTool` would, without its two seconds. */
function format(folder: string, { checkpoint }: Distribution): string {
  const data = join(folder, 'data');
  mkdirSync(data);
  copyFileSync(checkpoint, join(data, 'bootstrap.checkpoint'));
  const identity = ['version=1', `cluster.id=${uuid()}`, 'node.id=1', `directory.id=${uuid()}`, ''];
  writeFileSync(join(data, 'meta.properties'), identity.join('\n'));
  return data;
}

const modest = [
  '-Xms64m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Xlog:disable',
  '-Xlog:all=error:stderr',
];
const logging = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];

/** Linux kills it together with the process that started it, however that one ends. */
const setpriv = '/usr/bin/setpriv';
const leash = ['--pdeathsig', 'KILL'];
