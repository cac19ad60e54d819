import { type Counts, failure } from '../results.ts';

export type Outcome = 'passed' | 'failed' | 'skipped';

/** One thing that was looked at, and why it failed or was not looked at. */
export type Finding = { readonly part: string; readonly name: string; readonly outcome: Outcome; readonly why: string };

/** A figure or a version, for the report. */
export type Fact = number | string | readonly string[];

const words = { passed: 'passed ', failed: 'FAILED ', skipped: 'skipped' } as const;

/** What the parts found, in the order they found it. Each finding is told at once: a part takes minutes. */
export class Ledger {
  readonly findings: Finding[] = [];
  readonly facts = new Map<string, Map<string, Fact>>();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  found(finding: Finding): void {
    this.findings.push(finding);
    const { part, name, outcome, why } = finding;
    this.#tell(`${words[outcome]}  ${part}: ${name}${outcome === 'skipped' ? `: ${why}` : ''}`);
    if (outcome === 'failed') this.#tell(why);
  }

  fact(part: string, name: string, value: Fact): void {
    const facts = this.facts.get(part) ?? new Map<string, Fact>();
    this.facts.set(part, facts.set(name, value));
  }

  /** What it is doing now, where that takes long. */
  doing(part: string, what: string): void {
    this.#tell(`…        ${part}: ${what}`);
  }

  counts(): Counts {
    const of = (outcome: Outcome): readonly Finding[] => this.findings.filter(finding => finding.outcome === outcome);
    const failures = of('failed').map(({ part, name, why }) => failure(`npm run check:deep: ${part}: ${name}`, why));
    return { passed: of('passed').length, failed: failures.length, skipped: of('skipped').length, failures };
  }
}
