/** Who sends readings from outside, to the log of a trial, and reads there what has come of them. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openEmbedded } from '../../src/app/compose.ts';
import { valuesOf } from '../../src/stream/log-values.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import type { Stream } from '../../src/stream/stream.ts';
import type { Reading } from './apps/readings.ts';
import type { Trial } from './trial.ts';

/** 2026-01-01. */
const began = 1_767_225_600_000;

export class Station {
  readonly #trial: Trial;
  #minute = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** The release that is installed: what `--app topologies.ts` is, from now on. */
  release(name: string): void {
    const app = resolve(import.meta.dirname, `apps/${name}.ts`);
    writeFileSync(join(this.#trial.folder, 'topologies.ts'), `export { topologies } from '${app}';\n`);
  }

  /** A reading of each of these sensors, all a minute after those before; the topic has to be there. */
  async send(stream: Stream<Reading>, sensors: readonly string[]): Promise<void> {
    await using ports = await openEmbedded(this.#data);
    const at = began + this.#minute++ * 60_000;
    const records = sensors.map(sensor => recordOf(stream, { sensor, celsius: 20, at }));
    await appendFromOutside(ports.transport, stream.name, records, Date.now());
  }

  async all<T>(stream: Stream<T>): Promise<T[]> {
    await using ports = await openEmbedded(this.#data);
    const values: T[] = [];
    for await (const value of valuesOf(ports, stream)) values.push(value);
    return values;
  }

  get #data(): string {
    return join(this.#trial.folder, 'data');
  }
}
