/** The edges of an application, played over whatever log: pushed and pulled readings in, calls and files out. */
import { appendFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { FileSource } from '../../examples/edges/file-source.ts';
import { pushServer, serve } from '../../examples/edges/http-push.ts';
import { lines } from '../../examples/edges/lines.ts';
import type { Alarm, Reading } from '../../examples/hot-sensors.ts';
import { pull } from '../../src/engine/pulling.ts';
import type { World } from './world.ts';

/** Somebody's service: down now and then, and does once what it is asked for twice. */
export class Service implements AsyncDisposable {
  readonly taken = new Map<string, Alarm>();
  calls = 0;
  readonly #server: Server;
  /** Which status a call gets; 200 takes it. */
  answer: (call: number, alarm: Alarm) => number = () => 200;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const alarm = alarmIn(body);
    const status = this.answer(++this.calls, alarm);
    if (status === 200) this.taken.set(String(request.headers['idempotency-key']), alarm);
    response.writeHead(status).end();
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the service listens nowhere');
    return `http://127.0.0.1:${address.port}/page`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

// oxlint-disable-next-line typescript/consistent-type-assertions -- what the example itself has sent
const alarmIn = (body: string): Alarm => JSON.parse(body) as Alarm;

/** A folder that is gone with its test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-edges-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export const hot = (sensor: string, at: number): Reading => ({ sensor, celsius: 120, at });
const ndjson = (reading: Reading): string => `${JSON.stringify(reading)}\n`;
const csv = ({ sensor, celsius, at }: Reading): string => `${sensor},${celsius},${at}\n`;

/** What is sent at the edges: six readings that are hot, two that are not, and a line that is none. */
export async function playEdges(world: World, folder: string): Promise<void> {
  const stop = new AbortController();
  const { port } = new URL(
    await serve(pushServer({ log: { send: (to, values) => sendAll(world, to, values) } }), stop.signal),
  );
  const response = await fetch(`http://127.0.0.1:${port}/readings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([hot('pushed-1', 1), { ...hot('cold-1', 2), celsius: 20 }, hot('pushed-2', 3)]),
  });
  if (response.status !== 202) throw new Error(`the push was answered with ${response.status}`);
  stop.abort();
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'readings.log');
  await appendFile(path, ndjson(hot('filed-1', 4)) + csv(hot('filed-2', 5)) + 'no reading at all\n');
  await pullAll(world, path);
  await appendFile(path, ndjson(hot('filed-3', 6)));
  await rename(path, `${path}.1`);
  await appendFile(path, csv({ ...hot('cold-2', 7), celsius: 3 }) + csv(hot('filed-4', 8)));
  await pullAll(world, path);
}

export const expectedAlarms: readonly string[] = ['filed-1', 'filed-2', 'filed-3', 'filed-4', 'pushed-1', 'pushed-2'];

/** Pulls until nothing more is there. */
export async function pullAll(world: World, path: string): Promise<void> {
  const stop = new AbortController();
  const source = new FileSource({ name: 'readings-log', path, now: () => world.clock.time });
  source.wait = async () => stop.abort();
  await pull(world, lines, source, { signal: stop.signal, most: 2 });
}

async function sendAll<T>(
  world: World,
  to: Parameters<World['send']>[0],
  values: Iterable<T> | AsyncIterable<T>,
): Promise<void> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  await world.send(to, ...all);
}

/** The sensors that are archived in a folder, in order of their names. */
export async function archived(folder: string, tasks: number): Promise<string[]> {
  const texts = await Promise.all(
    Array.from({ length: tasks }, (_, task) => readFile(join(folder, `alerts-${task}.ndjson`), 'utf8').catch(noFile)),
  );
  return texts
    .flatMap(text => text.split('\n').filter(line => line !== ''))
    .map(line => alarmIn(line).sensor)
    .sort();
}

const noFile = (error: unknown): string => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
};
