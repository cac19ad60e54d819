/**
 * Readings times a factor that only signals change, and an oracle: what the journal says was decided, applied to what was
 * sent, without the engine.
 */
import { map, mergeWith } from 'rxjs';
import { type Alarm, alarms, type Reading, readings } from '../../examples/hot-sensors.ts';
import { type EpochEnd, type SignalSource, topology } from '../../src/index.ts';
import type { World } from './world.ts';

/** Names a factor, as a signal does that must not carry what is large. */
export interface Named {
  readonly name: string;
}

type Value = Reading | { readonly factor: number };

/** Keeps the factor; the readings of an epoch are told at its end, after work that may be done elsewhere. */
export class Scale {
  readonly version = 'scale-1';
  factor = 1;
  #stored = 1;
  #open: Reading[] = [];
  readonly #work: ((end: EpochEnd) => Promise<void>) | undefined;

  constructor(work?: (end: EpochEnd) => Promise<void>) {
    this.#work = work;
  }

  next(value: Value): readonly never[] {
    if ('factor' in value) this.factor = value.factor;
    else this.#open.push(value);
    return [];
  }

  endEpoch(end: EpochEnd): readonly Alarm[] | Promise<readonly Alarm[]> {
    return this.#work === undefined ? this.#told() : this.#work(end).then(() => this.#told());
  }

  *changes(): Iterable<readonly [string, string]> {
    if (this.factor !== this.#stored) yield ['factor', String(this.factor)];
  }

  committed(): void {
    this.#stored = this.factor;
  }

  undo(read: (key: string) => string | Uint8Array | undefined): void {
    this.#open = [];
    this.factor = Number(read('factor')?.toString() ?? 1);
  }

  restore(_key: string, value: string | Uint8Array): void {
    this.factor = Number(value.toString());
  }

  restored(): void {
    this.#stored = this.factor;
  }

  #told(): Alarm[] {
    const told = this.#open.map(({ sensor, celsius, at }) => ({ sensor, text: String(celsius * this.factor), at }));
    this.#open = [];
    return told;
  }
}

export interface Scaled {
  readonly source: SignalSource<Named>;
  readonly load?: (name: string) => Promise<number>;
  readonly work?: (end: EpochEnd) => Promise<void>;
}

/** A factor is its name's number: `x3` is 3. */
export const factorOf = (name: string): number => Number(name.slice(1));

export const scaled = ({ source, load = async name => factorOf(name), work }: Scaled) =>
  topology('scaled', task => {
    const scale = task.stateful('scale', () => new Scale(work));
    task
      .signals('factors', { source, prepare: async ({ name }: Named) => ({ factor: await load(name) }) })
      .pipe(
        map((value): Value => value),
        mergeWith(task.read(readings, { all: true })),
        scale.apply,
      )
      .subscribe(task.write(alarms));
  });

interface Planned {
  readonly spans: readonly { readonly partition: number; readonly from: number; readonly to: number }[];
  readonly signals?: { readonly factors: readonly string[] };
}

/** What the alarms have to be; `sent` are the readings by partition, as the log holds them. */
export async function expectedAlarms(world: World, sent: readonly (readonly Reading[])[]): Promise<string[]> {
  const told: string[] = [];
  let factor = 1;
  for (const { plan } of await world.documents.journal.after('scaled/0', 0, 10_000)) {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- what a journal holds is text to its readers
    const { spans, signals } = JSON.parse(plan) as Planned;
    for (const text of signals?.factors ?? []) factor = Number(/x(\d+)/.exec(text)?.[1]);
    for (const { partition, from, to } of spans)
      for (const { sensor, celsius } of sent[partition]?.slice(from, to) ?? [])
        told.push(`${sensor} ${celsius * factor}`);
  }
  return told.sort();
}

export const toldAlarms = async (world: World): Promise<string[]> =>
  (await world.output(alarms)).map(({ sensor, text }) => `${sensor} ${text}`).sort();
