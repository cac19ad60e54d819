/** The whole loop with its documents in the protocol fixture: one process with the engine, and one that only serves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containers } from '../../src/documents/cosmos/containers.ts';
import { database, makeContainers } from '../../test/support/cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../../test/support/cosmos/process.ts';
import { percentile } from './freshness.ts';
import { order, untilListed } from './listed.ts';
import { Served } from './served.ts';

const users = Array.from({ length: 500 }, (_, n) => String(n + 1));

export interface LoopFigures {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly firstAnswer_ms: number;
}

export class CosmosLoop implements AsyncDisposable {
  readonly #orders: number;
  readonly #data: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #stack: AsyncDisposableStack;

  private constructor(orders: number, data: string, fixture: FixtureProcess, stack: AsyncDisposableStack) {
    this.#orders = orders;
    this.#data = data;
    this.#settings = settingsOf(fixture);
    this.#stack = stack;
  }

  /** Resolves once the bundled data are learnt and served. */
  static async start(orders: number): Promise<CosmosLoop> {
    await using stack = new AsyncDisposableStack();
    const fixture = stack.use(await startFixtureProcess());
    await makeContainers(
      fixture,
      containers.map(({ name }) => name),
    );
    const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
    stack.defer(() => rmSync(data, { recursive: true, force: true }));
    stack.use(await Served.start('start', data, [], settingsOf(fixture)));
    return new CosmosLoop(orders, data, fixture, stack.move());
  }

  async measure(): Promise<LoopFigures> {
    await using served = await Served.start('serve', this.#data, [], this.#settings);
    const times = (await untilListed(served.url, users, this.#orders, order)).sort((a, b) => a - b);
    return {
      p50_ms: percentile(times, 0.5),
      p99_ms: percentile(times, 0.99),
      firstAnswer_ms: served.firstAnswer_ms,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

const settingsOf = ({ endpoint, key }: FixtureProcess) => ({
  MILLRACE_DOCUMENTS: 'cosmos',
  MILLRACE_COSMOS_ENDPOINT: endpoint,
  MILLRACE_COSMOS_KEY: key,
  MILLRACE_COSMOS_DATABASE: database,
});
