/* oxlint-disable vitest/no-standalone-expect -- a trial asserts in its steps, within the test that tries it */
/**
 * One runbook, tried: real processes on a folder, a real Prometheus that judges them, and the steps of the section, each
 * typed as it stands there and held against the output that stands below it.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';
import { type Ended, main } from '../support/cli.ts';
import { eventually } from '../support/kafka/eventually.ts';
import { freePorts } from '../support/kafka/free-ports.ts';
import { onlyOnKubernetes, runbooksPage, saysAs, type Section, sectionsOf, type Step } from './page.ts';
import { type Environment, TrialProcess } from './process.ts';
import { type Alert, Prometheus, type Sample, type Target } from './prometheus.ts';

/** Of one command. */
const limit_ms = 4 * 60_000;

/** Ends what would never come: a rule takes some seconds by the quicker clock, a minute where starts of a process count. */
const patience_ms = 8 * 60_000;

export type Tell = (line: string) => void;
type Role = 'run' | 'serve';

export interface Watching {
  /** By how much the clock of Prometheus is quicker. */
  readonly factor?: number;
  readonly roles?: readonly Role[];
  /** Where restarts are counted as Kubernetes counts them. */
  readonly kubernetes?: number;
  /** What was scraped of the deployment before, in OpenMetrics. */
  readonly history?: string;
}

/** A quarter of an hour in not quite four seconds, with two scrapes in each of them. */
const usualFactor = 240;

export class Trial implements AsyncDisposable {
  /** Where the processes work; thrown away in the end. */
  readonly folder: string;
  /** What commands and processes have beside their names: the settings of the deployment. */
  readonly environment: Record<string, string>;
  readonly #section: Section;
  readonly #ports: Readonly<Record<Role, number>>;
  readonly #tell: Tell;
  readonly #tried = new Set<Step | string>();
  readonly #began = performance.now();
  readonly #open = new AsyncDisposableStack();
  #watching: Prometheus | undefined;
  #hasFired = false;

  private constructor(section: Section, folder: string, ports: Record<Role, number>, tell: Tell) {
    this.#section = section;
    this.#ports = ports;
    this.#tell = tell;
    this.folder = folder;
    const path = [folder, process.env['PATH']].join(delimiter);
    this.environment = { PATH: path, NO_COLOR: '1', HOME: folder, MILLRACE_DATA: join(folder, 'data') };
  }

  static async of(alert: string, tell: Tell): Promise<Trial> {
    const section = sectionsOf(runbooksPage()).find(({ alert: name }) => name === alert);
    if (section === undefined) throw new Error(`docs/RUNBOOKS.md has no section '${alert}'`);
    const folder = await mkdtemp(join(tmpdir(), 'millrace-runbook-'));
    const command = join(folder, 'millrace');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(command, 0o755);
    const [run = 0, serve = 0] = await freePorts(2);
    return new Trial(section, folder, { run, serve }, tell);
  }

  tell(line: string): void {
    const seconds = ((performance.now() - this.#began) / 1_000).toFixed(1);
    this.#tell(`${this.#section.alert} ${seconds} s: ${line}`);
  }

  /** Whatever is to be closed before the folder is thrown away. */
  use<T extends AsyncDisposable>(what: T): T {
    return this.#open.use(what);
  }

  urlOf(role: Role): string {
    return `http://127.0.0.1:${this.#ports[role]}`;
  }

  /** A process of the deployment, which Prometheus knows by its role: it has the same address in all its lives. */
  async begin(role: Role, command: string, environment: Environment = {}): Promise<TrialProcess> {
    const begun = this.launch(role, command, environment);
    await begun.ready();
    return begun;
  }

  /** The same, of one that is not waited for. */
  launch(role: Role, command: string, environment: Environment = {}): TrialProcess {
    this.tell(`${role}: ${command}`);
    this.#noteWhatIsTyped(command);
    const port = this.#ports[role];
    const listens = role === 'serve' ? { PORT: String(port) } : { MILLRACE_WORKER_PORT: String(port) };
    return this.#spawned(command, { ...listens, ...environment }, port);
  }

  /** Another worker beside the one that is looked at, with a disk of its own. */
  aside(command: string): TrialProcess {
    this.#noteWhatIsTyped(command);
    return this.#spawned(command, { MILLRACE_STATE: join(this.folder, 'aside') });
  }

  /** Before the alert fires, it is not the page that says what is typed. */
  #noteWhatIsTyped(command: string): void {
    if (this.#hasFired && this.#section.steps.some(({ text }) => text === command)) this.#step(command, 'sh');
  }

  #spawned(command: string, environment: Environment, port?: number): TrialProcess {
    const all = { ...this.environment, ...environment };
    return this.#open.use(new TrialProcess({ command, folder: this.folder, environment: all, port }));
  }

  /** A command that belongs to the trouble, not to the page, to its end. @throws where it fails */
  async millrace(command: string, environment: Environment = {}): Promise<string> {
    const { code, stdout, stderr } = await this.#shell(`millrace ${command}`, environment);
    expect({ command, code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  }

  /** Begins to look; all is as it should be once it has looked. */
  async watch({ factor = usualFactor, roles = ['run'], kubernetes, history }: Watching = {}): Promise<void> {
    const targets = roles.map((role): Target => ({ job: `millrace-${role}`, port: this.#ports[role] }));
    if (kubernetes !== undefined) targets.push({ job: 'kube-state-metrics', port: kubernetes });
    const prometheus = await Prometheus.start({ folder: this.folder, targets, factor, history });
    this.#watching = this.#open.use(prometheus);
    // Rules may have been judged before there was anything to judge by.
    const isQuiet = async () => (await prometheus.alerts(this.#section.alert)).length === 0;
    await prometheus.hasLooked();
    await eventually(isQuiet, 'all is quiet', patience_ms);
    await this.isQuiet();
  }

  /** Nothing of the alert, not even one whose `for` has not passed. */
  async isQuiet(): Promise<void> {
    await this.#prometheus.hasLooked();
    expect(await this.#prometheus.alerts(this.#section.alert)).toEqual([]);
  }

  /** Waits until it fires, and answers how; `meanwhile` goes on until then. */
  async fires(meanwhile: () => Promise<void> = async () => {}): Promise<readonly Alert[]> {
    let firing: Alert[] = [];
    await eventually(
      async () => {
        await meanwhile();
        firing = (await this.#prometheus.alerts(this.#section.alert)).filter(({ state }) => state === 'firing');
        return firing.length > 0;
      },
      `${this.#section.alert} fires`,
      patience_ms,
    );
    this.#hasFired = true;
    for (const { annotations } of firing) this.tell(`fires: ${annotations.summary}`);
    return firing;
  }

  /** Waits until its condition does not hold any more; `meanwhile` goes on until then. */
  async clears(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const isGone = async (): Promise<boolean> => {
      await meanwhile();
      return (await this.#prometheus.alerts(this.#section.alert)).length === 0;
    };
    await eventually(isGone, `${this.#section.alert} is gone`, patience_ms);
    this.tell('is gone');
  }

  /** Types a command of the page; it says what the page shows, with `…` for what differs from time to time. */
  async follow(command: string, { code = 0, environment = {} }: Following = {}): Promise<string> {
    const step = this.#step(command, 'sh');
    const said = await this.#shell(command, environment);
    expect({ command, ...said }).toMatchObject({ code });
    shows(step, said.stdout);
    return said.stdout;
  }

  /** The same, again and again until it says so. */
  async untilItSays(command: string): Promise<void> {
    const step = this.#step(command, 'sh');
    const says = saysAs(step.says ?? '');
    const does = async (): Promise<boolean> => says.test(`${(await this.#shell(command, {})).stdout.trimEnd()}\n`);
    await eventually(does, `${command} says ${step.says ?? ''}`, patience_ms);
  }

  /** Asks Prometheus what the page says; it answers what the page shows. */
  async ask(query: string): Promise<readonly Sample[]> {
    const step = this.#step(query, 'promql');
    const samples = await this.#prometheus.ask(query);
    shows(step, samples.length === 0 ? 'no data' : samples.map(lineOf).toSorted().join('\n'));
    return samples;
  }

  /** Waits until one of a query's samples is so; of a query that the trial itself needs. */
  async becomes(
    query: string,
    isSo: (sample: Sample) => boolean,
    meanwhile: () => Promise<void> = async () => {},
  ): Promise<void> {
    const holds = async (): Promise<boolean> => {
      await meanwhile();
      return (await this.#prometheus.ask(query)).some(isSo);
    };
    await eventually(holds, query, patience_ms);
  }

  /** What the page tells somebody to type, and nobody did, but for what only a cluster understands. */
  untried(): string[] {
    const { toldTo, steps } = this.#section;
    const left = [...toldTo, ...steps].filter(what => !this.#tried.has(what));
    return left
      .map(what => (typeof what === 'string' ? what : what.text))
      .filter(command => !onlyOnKubernetes(command));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #prometheus(): Prometheus {
    if (this.#watching === undefined) throw new Error('The trial does not watch yet');
    return this.#watching;
  }

  #step(text: string, language: Step['language']): Step {
    const steps = this.#section.steps.filter(one => one.text === text && one.language === language);
    const inSentence = this.#section.toldTo.includes(text) ? { language, text, says: undefined } : undefined;
    const step = steps.find(one => !this.#tried.has(one)) ?? steps.at(-1) ?? inSentence;
    if (step === undefined)
      throw new Error(`${this.#section.alert} has no step '${text}' in docs/RUNBOOKS.md: change it there, or here`);
    this.tell(`${language === 'sh' ? '$' : '?'} ${text}`);
    this.#tried.add(text).add(step);
    return step;
  }

  #shell(command: string, environment: Environment): Promise<Ended> {
    const env = { ...this.environment, ...environment };
    const { promise, resolve } = Promise.withResolvers<Ended>();
    execFile('sh', ['-c', command], { cwd: this.folder, env, timeout: limit_ms }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
    return promise;
  }
}

interface Following {
  /** With which the command ends; 0 where absent. */
  readonly code?: number;
  readonly environment?: Environment;
}

/** The page shows an output wherever there is one worth a look. */
function shows({ text, says }: Step, said: string): void {
  const shown = { text, said: `${said.trimEnd()}\n` };
  if (says !== undefined) expect(shown).toMatchObject({ said: expect.stringMatching(saysAs(says)) });
}

/** As Prometheus's own page writes a sample, without its metric's name. */
const lineOf = ({ labels, value }: Sample): string =>
  `{${Object.entries(labels)
    .map(([name, text]) => `${name}="${text}"`)
    .toSorted()
    .join(', ')}} ${value}`;
