/** Which of the generations that are kept a command means, and how it becomes the live one. */
import { MillraceError } from '../../errors.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import type { Adopt } from '../domain/generation-signals.ts';
import type { Learner } from '../domain/learner.ts';
import type { Command } from './commands.ts';
import type { GenerationHead } from './format.ts';
import { heads, isForgotten } from './retained.ts';

/** @throws {NoSuchGeneration} */
export async function targetOf(
  { kind, target }: Pick<Command, 'kind' | 'target'>,
  { control, model }: Learner,
  snapshots: Snapshots,
): Promise<GenerationHead> {
  const all = (await heads(snapshots)).filter(head => !isForgotten(control, head));
  const live = model.version.generation;
  const found =
    kind === 'rollback'
      ? all
          .filter(({ generation }) => generation > 0 && generation < live)
          .sort((a, b) => b.generation - a.generation)[0]
      : all.find(({ name, generation }) => name === target || (generation > 0 && String(generation) === target));
  if (found !== undefined && found.name !== control.live.name) return found;
  throw new NoSuchGeneration(kind, target, all);
}

export function adoptionOf({ name, generation, trainedAt, engine }: GenerationHead, { control }: Learner): Adopt {
  const isForeign = generation === 0 || engine !== 'millrace';
  return {
    signal: 'adopt',
    name,
    generation: isForeign ? control.newest + 1 : generation,
    cause: isForeign ? 'import' : 'rollback',
    trainedAt,
    isForeign,
  };
}

/** No retained generation is meant. */
class NoSuchGeneration extends MillraceError {
  readonly code = 'NO_SUCH_GENERATION';
  constructor(kind: string, target: string | null, all: readonly GenerationHead[]) {
    const names = all.map(({ name, generation }) => (generation > 0 ? `${generation} (${name})` : name));
    super(
      kind === 'rollback'
        ? 'No generation before the live one is kept'
        : `No generation '${target ?? ''}' is kept, or it is live`,
      `There are: ${names.join(', ') || 'none'}`,
    );
  }
}
