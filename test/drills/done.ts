/** A drill as a test does it. */
import type { Drill } from './drills.ts';
import { type Choice, embedded } from './equipment.ts';
import { runDrill } from './run-drill.ts';
import type { Phase } from './stage.ts';

/**
 * Does it on these adapters, the others being those of a laptop; answers the phases that it went through.
 * @throws where it fails, with all that it has told
 */
export async function done(drill: Drill, other: Partial<Choice>, signal: AbortSignal): Promise<ReadonlySet<Phase>> {
  const told: string[] = [];
  const { failure, steps } = await runDrill(drill, {
    choice: { ...embedded, ...other },
    keep: false,
    tell: line => told.push(line),
    signal,
  });
  if (failure !== undefined) throw new Error(`${failure}\n${told.join('\n')}`);
  return new Set(steps.map(({ phase }) => phase));
}
