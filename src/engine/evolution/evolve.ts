/** The checkpoint of a former release as that of today's: what is carried over, what goes, and what is refused. */
import { IncompatibleState } from '../errors.ts';
import type { Head, Retired } from '../head.ts';
import type { TaskRuntime } from '../runtime.ts';
import type { Evolution } from './declaration.ts';

/** What becomes of the state of a former release. */
export interface Moves {
  /** Former names of steps, and those of today. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Steps, by the name under which their state is stored, whose state goes. */
  readonly dropped: ReadonlySet<string>;
}

export interface Evolved extends Moves {
  readonly head: Head;
  /** What is new in this release: steps without state yet, streams of which nothing was read or written. */
  readonly added: {
    readonly steps: readonly string[];
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  };
  /** Streams that are left. */
  readonly left: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

type What = Pick<TaskRuntime, 'id' | 'steps' | 'inputs' | 'outputs' | 'evolution'>;

/**
 * Carries out what the topology declares of former releases, in a head that it changes nothing of. Twice is once: what
 * was carried out finds nothing more to do. Throws `IncompatibleState` where two former steps would become one.
 */
export function evolve(task: What, head: Head): Evolved {
  const steps = evolvedSteps(task, head);
  const inputs = evolvedStreams(task.inputs, head.inputs, head.retired?.inputs, task.evolution.unread);
  // To write a stream no more forgets nothing that a former release has kept, so it needs no leave.
  const gone = Object.keys(head.outputs).filter(name => !task.outputs.has(name));
  const outputs = evolvedStreams(task.outputs, head.outputs, head.retired?.outputs, gone);
  const retired: Retired = { inputs: inputs.retired, outputs: outputs.retired };
  const { retired: _, ...rest } = head;
  return {
    ...steps,
    head: {
      ...rest,
      steps: steps.identities,
      keys: task.evolution.rekeyed ?? {},
      idle: head.idle.filter(place => task.inputs.has(place.slice(0, place.lastIndexOf('/')))),
      inputs: inputs.here,
      outputs: outputs.here,
      retired,
    },
    added: {
      steps: [...task.steps.keys()].filter(name => !Object.hasOwn(steps.identities, name)),
      inputs: [...task.inputs.keys()].filter(name => !Object.hasOwn(inputs.here, name)),
      outputs: [...task.outputs.keys()].filter(name => !Object.hasOwn(outputs.here, name)),
    },
    left: { inputs: inputs.left, outputs: gone },
  };
}

function evolvedSteps({ id, evolution }: What, head: Head): Moves & { readonly identities: Record<string, string> } {
  const names = new Map(Object.entries(evolution.renamed ?? {}));
  const removed = new Set(evolution.removed);
  const renamed = new Map<string, string>();
  const identities = new Map<string, string>();
  const dropped = new Set(Object.keys(head.steps).filter(stored => removed.has(stored)));
  for (const [stored, identity] of Object.entries(head.steps)) {
    if (dropped.has(stored)) continue;
    const name = names.get(stored) ?? stored;
    if (name !== stored) {
      if (identities.has(name) || Object.hasOwn(head.steps, name)) throw twoOfOne(id, stored, name);
      renamed.set(stored, name);
    }
    if (hasOtherKey(id, { stored, name, head, evolution })) dropped.add(stored);
    else identities.set(name, identity);
  }
  return { renamed, dropped, identities: Object.fromEntries(identities) };
}

function hasOtherKey(
  id: string,
  { stored, name, head, evolution }: { stored: string; name: string; head: Head; evolution: Evolution },
): boolean {
  const before = new Map(Object.entries(head.keys ?? {})).get(stored);
  const now = new Map(Object.entries(evolution.rekeyed ?? {})).get(name);
  if (now === undefined && before !== undefined) throw keyOfALaterRelease(id, name, before);
  return before !== now;
}

/** Positions that stay, those that are kept for who comes back, and which streams were left just now. */
function evolvedStreams<P>(
  today: ReadonlyMap<string, unknown>,
  stored: Readonly<Record<string, P>>,
  retiredBefore: Readonly<Record<string, P>> = {},
  mayGo: readonly string[] = [],
) {
  const here: Record<string, P> = {};
  const retired: Record<string, P> = {};
  const left: string[] = [];
  for (const [name, position] of Object.entries({ ...retiredBefore, ...stored })) {
    const isThere = Object.hasOwn(stored, name);
    if (today.has(name) || (isThere && !mayGo.includes(name))) here[name] = position;
    else retired[name] = position;
    if (isThere && !today.has(name) && mayGo.includes(name)) left.push(name);
  }
  return { here, retired, left };
}

const twoOfOne = (id: string, stored: string, name: string): IncompatibleState =>
  new IncompatibleState(
    `The checkpoint of ${id} has state of '${stored}' and of '${name}', and the topology declares that the first is now the second`,
    `Declare one of the two as removed, or give today's step a name that no release had`,
  );

const keyOfALaterRelease = (id: string, name: string, key: string): IncompatibleState =>
  new IncompatibleState(
    `The checkpoint of ${id} keeps the state of '${name}' by the key '${key}', of which the topology declares nothing`,
    `Run the release that wrote it, or declare \`rekeyed: { ${name}: '${key}' }\`, which has to stay, or compute it anew with \`millrace replay --into\``,
  );
