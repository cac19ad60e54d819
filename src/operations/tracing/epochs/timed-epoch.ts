import type { Causes } from './causes.ts';

/** How long the steps of an epoch took, and what of it is traced: gathered while it goes on, told once it is committed. */
export class TimedEpoch {
  readonly begun: number;
  /** Whether its plan was in the journal before, or was replaced: it is executed again. */
  readonly isAgain: boolean;
  readonly steps: { readonly name: string; readonly at: number; end: number }[] = [];
  causes: Causes | undefined;

  constructor(begun: number, isAgain: boolean) {
    this.begun = begun;
    this.isAgain = isAgain;
  }

  before(name: string, at: number): void {
    this.steps.push({ name, at, end: at });
  }

  after(at: number): void {
    const last = this.steps.at(-1);
    if (last !== undefined) last.end = at;
  }

  of(step: string): { readonly at: number; readonly end: number } {
    return this.steps.find(({ name }) => name === step) ?? { at: this.begun, end: this.begun };
  }
}
