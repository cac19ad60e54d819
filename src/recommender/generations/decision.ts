/** What a command that switches generations comes to: the signal for the learner, and whether it has come about. */
import { MillraceError } from '../../errors.ts';
import type { Snapshots } from '../../snapshots/port.ts';
import type { Candidate } from '../domain/control.ts';
import type { GenerationSignal } from '../domain/generation-signals.ts';
import type { Learner } from '../domain/learner.ts';
import type { Command } from './commands.ts';
import { adoptionOf, targetOf } from './target.ts';

export interface Decision {
  readonly signal: GenerationSignal;
  /** The generation that is meant. */
  readonly name: string;
  readonly generation: number;
}

/** An experiment runs, and what is asked for would spoil it. */
export class ExperimentRuns extends MillraceError {
  readonly code = 'EXPERIMENT_RUNS';
  constructor({ generation, share }: Candidate) {
    super(
      `Generation ${generation} is tried out with ${percent(share)} of the users`,
      `\`millrace models stop\` ends that, \`millrace models use ${generation}\` makes it the live one, and with --share it gets another share`,
    );
  }
}

/** Nothing is tried out that could be stopped, or there is nothing that it could be compared with. */
class NoExperiment extends MillraceError {
  readonly code = 'NO_EXPERIMENT';
}

/** It has learnt from somebody who is erased now, and may not be tried out with anybody. */
export class ErasedMeanwhile extends MillraceError {
  readonly code = 'ERASED_MEANWHILE';
  constructor() {
    super('Somebody was erased while it was trained', 'Ask for it again once the generation for the erasure is live');
  }
}

/** @throws {ExperimentRuns} @throws {NoExperiment} @throws {NoSuchGeneration} */
export async function decisionOf(
  command: Command,
  learner: Learner,
  { snapshots, now }: { readonly snapshots: Snapshots; readonly now: number },
): Promise<Decision> {
  const { candidate, live } = learner.control;
  const isMeant = candidate !== null && [candidate.name, String(candidate.generation)].includes(command.target ?? '');
  if (command.kind === 'stop') return stopped(candidate);
  if (candidate !== null && !isMeant) throw new ExperimentRuns(candidate);
  if (command.kind === 'experiment') {
    if (live.name === '')
      throw new NoExperiment(
        'There is no generation yet that another one could be compared with',
        '`millrace retrain --wait` trains the first',
      );
    return experimentOf(command, learner, { snapshots, now });
  }
  if (candidate !== null) return { signal: { signal: 'promote', name: candidate.name }, ...candidate };
  const signal = adoptionOf(await targetOf(command, learner, snapshots), learner);
  return { signal, name: signal.name, generation: signal.generation };
}

function stopped(candidate: Candidate | null): Decision {
  if (candidate !== null) return { signal: { signal: 'stop', name: candidate.name }, ...candidate };
  throw new NoExperiment('No generation is tried out', '`millrace models use N --share S` begins with one');
}

async function experimentOf(
  command: Command,
  learner: Learner,
  { snapshots, now }: { readonly snapshots: Snapshots; readonly now: number },
): Promise<Decision> {
  const { candidate } = learner.control;
  const { signal: _, ...adoption } = adoptionOf(await targetOf(command, learner, snapshots), learner);
  // One from elsewhere has got its number already.
  const as = candidate === null ? adoption : { ...adoption, generation: candidate.generation };
  const share = command.share ?? 0;
  return { signal: { signal: 'experiment', ...as, share, startedAt: now }, name: as.name, generation: as.generation };
}

/** Whether the state is what the command was for. It may be so by another way: then it is done too. */
export function hasComeAbout({ kind, name, share }: Command, { live, candidate }: Learner['control']): boolean {
  if (kind === 'stop') return candidate === null;
  if (kind === 'experiment') return candidate?.name === name && candidate?.share === share;
  return live.name === name;
}

/** What is said once it has. */
export function wordsOf({ kind, name, share }: Command): string {
  if (kind === 'stop') return `${name ?? ''} is not tried out any more`;
  return kind === 'experiment' ? tried(name ?? '', share ?? 0) : `${name ?? ''} is live`;
}

export const tried = (name: string, share: number): string =>
  `${name} is tried out with ${percent(share)} of the users`;

const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`;
