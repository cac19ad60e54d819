/** The engine of a process that goes where it is told: from one namespace into the next, one engine at a time. */
import type { EngineThreadOptions } from './engine-messages.ts';
import type { StructuredLogger } from '../operations/logging/structured-logger.ts';
import type { Millis } from '../stream/time.ts';
import { EngineThread } from './engine-thread.ts';

export class MovingEngine implements AsyncDisposable {
  /** Resolves after an orderly end, rejects with `EngineFailed`; to have moved is no end. */
  readonly ended: Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  readonly #logger: Pick<StructuredLogger, 'pass'> | undefined;
  #thread: EngineThread;
  #left: EngineThread | undefined;
  #isStopped = false;

  constructor(options: EngineThreadOptions, logger?: Pick<StructuredLogger, 'pass'>) {
    this.#logger = logger;
    this.ended = this.#ended.promise;
    this.ended.catch(() => {}); // whoever awaits only `restored` is not to blame for it
    this.#thread = this.#begun(options);
  }

  get tasks(): EngineThread['tasks'] {
    return this.#thread.tasks;
  }

  get steps(): EngineThread['steps'] {
    return this.#thread.steps;
  }

  get held(): EngineThread['held'] {
    return this.#thread.held;
  }

  get freshness(): EngineThread['freshness'] {
    return this.#thread.freshness;
  }

  get groups(): EngineThread['groups'] {
    return this.#thread.groups;
  }

  get charges(): EngineThread['charges'] {
    return this.#thread.charges;
  }

  get troubles(): EngineThread['troubles'] {
    return this.#thread.troubles;
  }

  get spans(): EngineThread['spans'] {
    return this.#thread.spans;
  }

  get orders(): EngineThread['orders'] {
    return this.#thread.orders;
  }

  get logged(): EngineThread['logged'] {
    return this.#thread.logged;
  }

  get memory(): EngineThread['memory'] {
    return this.#thread.memory;
  }

  silentFor(): Millis {
    return this.#thread.silentFor();
  }

  /** Of the engine that runs now. */
  get restored(): Promise<void> {
    return this.#thread.restored;
  }

  /** Finishes the epochs under way, then begins where the options say. Does nothing once it is stopped. */
  async moveTo(options: EngineThreadOptions): Promise<void> {
    if (!this.#mayGoOn()) return;
    this.#left = this.#thread;
    await this.#left.stop();
    if (this.#mayGoOn()) this.#thread = this.#begun(options);
    else this.#ended.resolve();
  }

  /** Finishes the epochs under way, snapshots, and ends; resolves as `ended` does. */
  stop(): Promise<void> {
    this.#isStopped = true;
    void this.#thread.stop().catch(() => {}); // `ended` tells
    return this.ended;
  }

  /** As a thread of its own does: see `EngineThread`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }

  /** Asked again after each wait: it may have been stopped meanwhile. */
  #mayGoOn(): boolean {
    return !this.#isStopped;
  }

  #begun(options: EngineThreadOptions): EngineThread {
    const thread = new EngineThread(options, this.#logger);
    void this.#watched(thread);
    return thread;
  }

  async #watched(thread: EngineThread): Promise<void> {
    try {
      await thread.ended;
      if (this.#left !== thread || this.#isStopped) this.#ended.resolve();
    } catch (error) {
      this.#ended.reject(error);
    }
  }
}
