import { MillraceError } from '../../src/errors.ts';
import type { Fact, Ledger, Outcome } from './ledger.ts';

/** One of the deep checks. It says what it found to its log, and throws `Missing` where this machine cannot run it. */
export type Part = { readonly name: string; readonly run: (log: Log) => Promise<void> };

/** This machine lacks what a check needs: it is skipped, and the reason is shown. */
export class Missing extends MillraceError {
  readonly code = 'MISSING';
}

/** What was typed is not understood. */
export class Misuse extends MillraceError {
  readonly code = 'MISUSE';
}

/** The ledger, as one part sees it. */
export class Log {
  readonly #part: string;
  readonly #ledger: Ledger;

  constructor(part: string, ledger: Ledger) {
    this.#part = part;
    this.#ledger = ledger;
  }

  /** Passes where the work ends, fails with the error's message where it throws, and is skipped where something is missing. */
  async check(name: string, work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
      this.#found(name, 'passed', '');
    } catch (error) {
      this.stopped(name, error);
    }
  }

  /** What was thrown, as a finding. */
  stopped(name: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#found(name, error instanceof Missing ? 'skipped' : 'failed', why);
  }

  #found(name: string, outcome: Outcome, why: string): void {
    this.#ledger.found({ part: this.#part, name, outcome, why });
  }

  fact(name: string, value: Fact): void {
    this.#ledger.fact(this.#part, name, value);
  }

  doing(what: string): void {
    this.#ledger.doing(this.#part, what);
  }
}

/** Runs a part; what it throws, such as a tool that could not be installed, is a finding like any other. */
export async function runPart(part: Part, ledger: Ledger): Promise<void> {
  const before = ledger.findings.length;
  const log = new Log(part.name, ledger);
  try {
    await part.run(log);
    if (ledger.findings.length === before) throw new Error('It looked at nothing');
  } catch (error) {
    log.stopped('all of it', error);
  }
}

/** The parts that were asked for, in their own order; all where none was. @throws {Misuse} for a name that is none */
export function chosen(parts: readonly Part[], only: readonly string[]): readonly Part[] {
  const names = parts.map(({ name }) => name);
  const unknown = only.find(name => !names.includes(name));
  if (unknown !== undefined) throw new Misuse(`There is no deep check '${unknown}'`, `Choose of ${names.join(', ')}`);
  return only.length === 0 ? parts : parts.filter(({ name }) => only.includes(name));
}
