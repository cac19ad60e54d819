/** The image's commands in boxes of its file system, on volumes that start empty but for the files that the calls read. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Call, calls, environmentOfCalls, filesOfCalls } from './calls.ts';
import type { Log } from '../part.ts';
import { freePort, Service } from '../service.ts';
import type { Configuration } from './build.ts';
import { type Box, boxed, signal, user } from './sandbox.ts';

const minute_ms = 60_000;
const limit_ms = 10 * minute_ms;
const data = '/var/lib/millrace';
const state = '/var/lib/millrace-state';

export type Image = { readonly system: string; readonly config: Configuration['config']; readonly folder: string };

/** Runs every call of the list, one after the other. */
export async function runAll(log: Log, image: Image): Promise<void> {
  const runner = new Runner(await boxOf(image), image.config, log);
  await log.check('nothing but its volumes and /tmp can be written, and root cannot be had', () => runner.isConfined());
  await log.check('its health says no while nobody listens', () => runner.isHealthy(false));
  for (const call of calls) await log.check(`millrace ${call.name}`, () => runner.make(call));
}

async function boxOf({ system, config, folder }: Image): Promise<Box> {
  const volumes = new Map([
    [data, join(folder, 'data')],
    [state, join(folder, 'state')],
  ]);
  for (const path of volumes.values()) await mkdir(path);
  const work = join(folder, 'data/work');
  for (const [name, text] of Object.entries(filesOfCalls)) {
    await mkdir(dirname(join(work, name)), { recursive: true });
    await writeFile(join(work, name), text);
  }
  for (const path of [...volumes.values(), work]) await chown(path, user, user);
  const own = Object.fromEntries(
    config.Env.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const port = String(await freePort());
  return {
    system,
    volumes,
    folder: `${data}/work`,
    environment: {
      ...own,
      HOME: '/home/node',
      HOSTNAME: randomBytes(6).toString('hex'),
      MILLRACE_PORT: port,
      ...environmentOfCalls,
    },
  };
}

class Runner {
  readonly #box: Box;
  readonly #config: Configuration['config'];
  readonly #log: Log;
  readonly #said = new Map<string, string>();

  constructor(box: Box, config: Configuration['config'], log: Log) {
    this.#box = box;
    this.#config = config;
    this.#log = log;
  }

  async make(call: Call): Promise<void> {
    const given = typeof call.given === 'function' ? call.given(this.#said) : call.given;
    await using box = this.#start([...this.#config.Entrypoint, ...given]);
    if (call.ends === 'when told') await this.#tell(box, call);
    else await ended(box, call.ends);
    this.#said.set(call.name, box.printed);
    if (!call.says.test(box.output))
      throw new Error(`It does not say ${call.says.source}: ${box.output.slice(-2_000)}`);
  }

  /** It is healthy once it listens, and ends with 0 when it is told to. */
  async #tell(box: Service, call: Call): Promise<void> {
    await box.ready(async () => call.says.test(box.output), limit_ms);
    await box.ready(async () => (await this.#health()) === 0, limit_ms);
    const began = performance.now();
    await signal(box, 'SIGTERM');
    await ended(box, 0);
    this.#log.fact(`millrace ${call.name} ends within seconds`, Math.ceil((performance.now() - began) / 1_000));
  }

  async isHealthy(expected: boolean): Promise<void> {
    const status = await this.#health();
    if ((status === 0) !== expected) throw new Error(`HEALTHCHECK ended with ${status}`);
  }

  async #health(): Promise<number | null> {
    const [kind, ...given] = this.#config.Healthcheck?.Test ?? [];
    if (kind !== 'CMD') throw new Error(`HEALTHCHECK is no CMD in exec form: ${kind}`);
    await using box = this.#start(given);
    return await box.ended(limit_ms);
  }

  async isConfined(): Promise<void> {
    const script = [
      `for path in / /app /app/dist /etc /usr/local/bin /home/node; do ! touch $path/x 2>/dev/null || { echo "$path can be written"; exit 1; }; done`,
      `for path in /tmp ${data} ${state}; do touch $path/x && rm $path/x || exit 1; done`,
      `[ "$(id -u):$(id -g):$(id -G)" = "${user}:${user}:${user}" ] || { id; exit 1; }`,
      `grep -q '^CapEff:\\s*0*$' /proc/self/status && grep -q '^CapBnd:\\s*0*$' /proc/self/status || { cat /proc/self/status; exit 1; }`,
    ].join('\n');
    await using box = this.#start(['/bin/sh', '-c', script]);
    await ended(box, 0);
  }

  #start(given: readonly string[]): Service {
    return new Service(boxed(this.#box, given));
  }
}

async function ended(box: Service, expected: number): Promise<void> {
  const status = await box.ended(limit_ms);
  if (status !== expected) throw new Error(`It ended with ${status}: ${box.output.slice(-2_000)}`);
}
