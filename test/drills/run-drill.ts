/** Does one drill in a folder of its own, which stays where something went wrong. */
import { rmSync } from 'node:fs';
import type { Drill } from './drills.ts';
import { type Choice, equip, newFolder } from './equipment.ts';
import { Stage, type StepTold } from './stage.ts';

export interface Drilled {
  readonly name: string;
  readonly on: Choice;
  /** What went wrong, with the step that it went wrong in; undefined where all is as it has to be. */
  readonly failure: string | undefined;
  readonly seconds: number;
  /** Of the steps that bring the deployment back. */
  readonly recovery_s: number;
  readonly steps: readonly StepTold[];
  /** What was typed to bring it back. */
  readonly typed: readonly string[];
  /** Where it was done, if that is still there. */
  readonly folder: string | undefined;
}

export interface DrillOptions {
  readonly choice: Choice;
  readonly keep: boolean;
  readonly tell: (line: string) => void;
  /** Ends it, and all that it has started. */
  readonly signal?: AbortSignal;
}

export async function runDrill(drill: Drill, { choice, keep, tell, signal }: DrillOptions): Promise<Drilled> {
  const folder = newFolder(drill.name);
  const began = performance.now();
  tell(`${drill.name}: ${drill.about}\n     in ${folder}, on ${Object.values(choice).join(', ')}`);
  let stage: Stage | undefined;
  let failure: string | undefined;
  try {
    await using equipment = await equip(choice);
    await using opened = new Stage(folder, equipment, tell);
    stage = opened;
    await unlessAborted(drill.run(opened), signal);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const isKept = keep || failure !== undefined;
  if (!isKept) rmSync(folder, { recursive: true });
  const { steps = [], recovery_s = 0, typed = [] } = stage ?? {};
  const seconds = (performance.now() - began) / 1_000;
  return {
    name: drill.name,
    on: choice,
    failure,
    seconds,
    recovery_s,
    steps,
    typed,
    folder: isKept ? folder : undefined,
  };
}

/** Rejects when the signal aborts; what the work still waits for ends with the processes of the stage. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Error('stopped'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {}); // it fails with the processes that are ended
  }
}
