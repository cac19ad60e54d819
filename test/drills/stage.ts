/** What a drill is done on: a folder of its own, commands and processes as an operator has them, and a record of it all. */
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { main } from '../support/cli.ts';
import type { Equipment } from './equipment.ts';
import { type Environment, Life } from './life.ts';

/** `recover` is what OPERATIONS tells to do; how long it takes is what the drill measures. */
export type Phase = 'prepare' | 'damage' | 'recover' | 'check';

export interface StepTold {
  readonly phase: Phase;
  readonly what: string;
  readonly seconds: number;
}

/** What a command answered: its exit code, the object on standard output, and what it said besides. */
export interface Answer {
  readonly code: number;
  readonly said: string;
  readonly result: Readonly<Record<string, unknown>>;
}

const command_ms = 300_000;
const answerBytes = 64 << 20;

/** A step did not go as it has to. The step is named, since its folder is what somebody then looks at. */
export class StepFailed extends Error {
  constructor(phase: Phase, what: string, cause: unknown) {
    super(`${phase}: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export class Stage implements AsyncDisposable {
  /** Below it lies everything of the drill. */
  readonly folder: string;
  readonly equipment: Equipment;
  readonly steps: StepTold[] = [];
  /** Commands of `recover`, as they are to be typed. */
  readonly typed: string[] = [];
  readonly #tell: (line: string) => void;
  readonly #lives: Life[] = [];
  readonly #placeholders = new Map<string, string>();
  #phase: Phase = 'prepare';
  #place = 'shop';
  #settings: Environment = {};

  constructor(folder: string, equipment: Equipment, tell: (line: string) => void) {
    this.folder = folder;
    this.equipment = equipment;
    this.#tell = tell;
  }

  /** The folder `--data` of the deployment that the drill is about, or of the copy that it looks at just now. */
  get data(): string {
    return join(this.folder, this.#place);
  }

  /** What every command of it has in its environment: the same settings wherever it runs, and nothing of the caller's. */
  get environment(): Environment {
    const own = Object.entries(process.env).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('MILLRACE_'),
    );
    const beside = this.equipment.environmentOf(this.data);
    return { ...Object.fromEntries(own), MILLRACE_DATA: this.data, ...beside, ...this.#settings };
  }

  /** Settings that the deployment has from here on. */
  set(settings: Environment): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** A value that differs from run to run is told, and looked for in OPERATIONS, by this name. */
  call(value: string, name: string): string {
    this.#placeholders.set(value, name);
    return value;
  }

  prepare = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#step('prepare', what, work);
  damage = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#step('damage', what, work);
  recover = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#step('recover', what, work);
  check = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#step('check', what, work);

  /** Runs a command to its end. @throws where its exit code is another than 0 */
  async millrace(...words: string[]): Promise<Readonly<Record<string, unknown>>> {
    const { code, said, result } = await this.tried(...words);
    if (code !== 0) throw new Error(`\`${this.#typed(words)}\` ended with ${code}: ${said.slice(-2_000)}`);
    return result;
  }

  /** Runs a command to its end, which may be a bad one. */
  async tried(...words: string[]): Promise<Answer> {
    this.#command(words);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const options = { cwd: this.folder, env: this.environment, timeout: command_ms, maxBuffer: answerBytes };
    execFile(process.execPath, [main, ...words, '--json'], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, said: stderr, result: objectOf(stdout) });
    });
    return promise;
  }

  /** Starts a command that goes on by itself; it is ended with the drill at the latest. */
  start(...words: string[]): Life {
    this.#command(words);
    const life = new Life({ words, environment: this.environment, cwd: this.folder });
    this.#lives.push(life);
    return life;
  }

  /** Of a deployment that stands still: the same once more, for `besides`. @throws of a broker, or an account of documents */
  async copy(name: string): Promise<void> {
    const to = join(this.folder, name);
    await cp(this.data, to, { recursive: true });
    await this.equipment.copy(this.data, to);
  }

  /** Does something in a copy. */
  async besides<T>(name: string, inside: () => Promise<T>): Promise<T> {
    const was = this.#place;
    this.#place = name;
    try {
      return await inside();
    } finally {
      this.#place = was;
    }
  }

  saw(text: string): void {
    this.#tell(`     ${text}`);
  }

  /** Both have to be the same to the last bit. */
  same(what: string, found: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(found, expected)) {
      const [is, due] = apart(found, expected);
      throw new Error(`${what}: found ${shortened(is)}, and it has to be ${shortened(due)}`);
    }
    this.saw(`as it has to be: ${what} (${shortened(found)})`);
  }

  holds(what: string, isSo: boolean): void {
    if (!isSo) throw new Error(`this does not hold: ${what}`);
    this.saw(`as it has to be: ${what}`);
  }

  /** Seconds of the steps that bring the deployment back. */
  get recovery_s(): number {
    return this.steps.reduce((sum, { phase, seconds }) => sum + (phase === 'recover' ? seconds : 0), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const life of this.#lives) {
      life.thaw();
      await life[Symbol.asyncDispose]();
    }
  }

  async #step<T>(phase: Phase, what: string, work: () => Promise<T>): Promise<T> {
    this.#phase = phase;
    this.#tell(`${String(this.steps.length + 1).padStart(3)}  ${phase}: ${what}`);
    const began = performance.now();
    try {
      const result = await work();
      const seconds = (performance.now() - began) / 1_000;
      this.steps.push({ phase, what, seconds });
      this.saw(`${seconds.toFixed(1)} s`);
      return result;
    } catch (error) {
      throw new StepFailed(phase, what, error);
    }
  }

  #command(words: readonly string[]): void {
    const typed = this.#typed(words);
    this.saw(`$ ${typed}`);
    if (this.#phase === 'recover') this.typed.push(typed);
  }

  #typed(words: readonly string[]): string {
    return `millrace ${words.map(word => this.#placeholders.get(word) ?? word).join(' ')}`;
  }
}

/** The one object that a command with `--json` prints; of one that printed none an empty one. */
function objectOf(stdout: string): Readonly<Record<string, unknown>> {
  if (stdout.trim() === '') return {};
  const result: Record<string, unknown> = JSON.parse(stdout);
  return result;
}

const mostShown = 300;
function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

/** Of two records only the entries that are not the same: they are to be read, not looked for. */
function apart(found: unknown, expected: unknown): readonly [unknown, unknown] {
  if (!isRecord(found) || !isRecord(expected)) return [found, expected];
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])];
  const other = names.filter(name => !isDeepStrictEqual(found[name], expected[name]));
  const of = (record: Readonly<Record<string, unknown>>) => Object.fromEntries(other.map(name => [name, record[name]]));
  return [of(found), of(expected)];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
