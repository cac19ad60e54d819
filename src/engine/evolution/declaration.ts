/** What a release of a topology says of the ones before it: what became of their steps and streams. */
import { BuildError } from '../errors.ts';
import { refuseUnknown } from '../options.ts';
import type { TaskRuntime } from '../runtime.ts';

/**
 * How the state and the positions of former releases are taken up. Whatever differs and is not declared is refused before
 * the first record. A declaration may stay for as long as somebody could come from a release before it.
 */
export interface Evolution {
  /**
   * Changes whenever the code does, in a way that the wiring does not show, so that an epoch which was begun by one
   * release is never ended by another.
   */
  readonly version?: string;
  /**
   * Releases, as errors name them, whose last epoch this one ends: only where that release stopped in it for good, so that
   * nothing of it was emitted and it cannot end it itself.
   */
  readonly ends?: readonly string[];
  /** Former names of steps, and their names of today: the state goes with them, exactly as it is. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Steps that are no more: their state goes with the first checkpoint of this release. */
  readonly removed?: readonly string[];
  /**
   * Steps whose state is kept by another key than before, and a name of that key: what was kept by a key of another
   * name, or of none, goes with the first checkpoint of this release, and the step begins anew. Stays declared.
   */
  readonly rekeyed?: Readonly<Record<string, string>>;
  /** Streams that are no longer read. Where they were read to is kept: who reads them again goes on there. */
  readonly unread?: readonly string[];
  /** Streams that are no longer written: their readers take what is there, and wait for no more. */
  readonly unwritten?: readonly string[];
}

const known = ['version', 'ends', 'renamed', 'removed', 'rekeyed', 'unread', 'unwritten'] as const;

/** Refuses what no topology could mean. Whether it fits the steps is seen at the build. */
export function checkedEvolution(topology: string, evolution: Evolution): Evolution {
  refuseUnknown(evolution, known, `what topology '${topology}' says of former releases`);
  const { version = '' } = evolution;
  if (version.length <= maxVersion) return evolution;
  throw new BuildError(
    `The version of topology '${topology}' has ${version.length} characters, and ${maxVersion} are allowed`,
    'Number your releases, or take the hash of a commit',
  );
}

const maxVersion = 200;

/** A declaration that the topology itself contradicts would be carried out once, and undone by the next start. */
export function refuseContradictions(task: TaskRuntime): void {
  for (const [what, remedy] of [...ofSteps(task), ...ofStreams(task)])
    throw new BuildError(`Topology '${task.topology}' declares ${what}`, remedy);
}

type Contradiction = readonly [what: string, remedy: string];

function* ofSteps({ steps, evolution }: TaskRuntime): Generator<Contradiction> {
  const { renamed = {}, removed = [], rekeyed = {} } = evolution;
  for (const [former, now] of Object.entries(renamed)) {
    if (steps.has(former)) yield [`that '${former}' is now '${now}', and has a step '${former}'`, newName];
    if (!steps.has(now)) yield [`that '${former}' is now '${now}', which is no step of it`, today];
    if (removed.includes(former)) yield [`'${former}' as renamed and as removed`, 'Leave out one of the two'];
  }
  for (const name of removed) if (steps.has(name)) yield [`the step '${name}' as removed, and has it`, newName];
  for (const name of Object.keys(rekeyed))
    if (!steps.has(name)) yield [`another key of '${name}', which is no step of it`, today];
}

function* ofStreams({
  inputs,
  outputs,
  evolution: { unread = [], unwritten = [] },
}: TaskRuntime): Generator<Contradiction> {
  for (const name of unread)
    if (inputs.has(name)) yield [`'${name}' as no longer read, and reads it`, 'Leave it out of `unread`'];
  for (const name of unwritten)
    if (outputs.has(name)) yield [`'${name}' as no longer written, and writes it`, 'Leave it out of `unwritten`'];
}

const today = 'Name a step of today';
const newName = 'Give a step that is not the former one a name that no release had';
