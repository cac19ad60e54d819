/** Starts a process again whenever it ends, as an orchestrator does, and counts it as kube-state-metrics would. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { portOf } from '../support/kafka/free-ports.ts';
import type { TrialProcess } from './process.ts';

/** Much shorter than that of Kubernetes, whose waits grow from ten seconds to five minutes. */
const wait_ms = 200;

export class Supervisor implements AsyncDisposable {
  readonly #start: () => TrialProcess;
  readonly #server: Server;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #now: TrialProcess;
  #restarts = 0;
  #lastWords = '';

  private constructor(start: () => TrialProcess, server: Server) {
    this.#start = start;
    this.#server = server;
    this.#now = start();
    this.#running = this.#supervise();
  }

  static async over(start: () => TrialProcess): Promise<Supervisor> {
    const server = createServer((_, answer) => {
      const text = `kube_pod_container_status_restarts_total{pod="millrace-run-0",container="run"} ${supervisor.#restarts}`;
      answer.setHeader('content-type', 'text/plain; version=0.0.4').end(`${text}\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const supervisor = new Supervisor(start, server);
    return supervisor;
  }

  /** Where its count is told. */
  get port(): number {
    return portOf(this.#server.address());
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** What the process before this one said: `kubectl logs --previous`. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /** Of the process that runs now. */
  get running(): TrialProcess {
    return this.#now;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#now.kill();
    await this.#running;
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  async #supervise(): Promise<void> {
    for (;;) {
      await this.#now.ended();
      if (this.#over.signal.aborted) return;
      this.#lastWords = this.#now.said;
      const isOver = await setTimeout(wait_ms, false, this.#over).catch(() => true);
      if (isOver) return;
      this.#now = this.#start();
      this.#restarts++;
    }
  }
}
