/** Generations that were trained with somebody who was erased, or hold a vector of theirs: their files go. */
import type { Snapshots } from '../../../snapshots/port.ts';
import type { Control } from '../../domain/control.ts';
import { owesErasure } from '../../domain/control.ts';
import { readGeneration, removeGeneration, removeLeftovers } from '../../generations/files.ts';
import { heads, isForgotten } from '../../generations/retained.ts';
import type { Erased } from './erased.ts';
import { ScrubRefused } from './errors.ts';
import type { ScrubPorts } from './ports.ts';

const train = 'train/0';

/** What the learner's checkpoint says of its generations; undefined where none was ever written. */
export function controlIn({ state }: Pick<ScrubPorts, 'state'>): Control | undefined {
  const stored = state.get(train, 'model', 'learner');
  if (stored === undefined) return undefined;
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
  return (JSON.parse(stored.toString()) as { readonly control?: Control }).control;
}

/** The live vectors come of nobody who was erased, and neither do those that are tried out. @throws {ScrubRefused} */
export async function checkGenerations(ports: ScrubPorts, erased: ReadonlyMap<string, Erased>): Promise<void> {
  const control = controlIn(ports);
  if (control === undefined) return;
  if (owesErasure(control))
    throw new ScrubRefused(
      'The vectors of all still come from somebody who was erased',
      'Let `millrace run` or `start` train the generation that is owed, which they do by themselves, and scrub then',
    );
  for (const head of await heads(ports.snapshots)) {
    if (head.name !== control.live.name && head.name !== control.candidate?.name) continue;
    if (isForgotten(control, head) || (await holdsAny(ports.snapshots, head.name, erased)))
      throw new ScrubRefused(
        `Generation ${head.name} is served, and holds somebody who was erased`,
        'Train another one with `millrace retrain --wait`, or end the experiment with `millrace models stop`, and scrub then',
      );
  }
}

/** Answers how many. */
export async function dropGenerations(ports: ScrubPorts, erased: ReadonlyMap<string, Erased>): Promise<number> {
  const { snapshots } = ports;
  const control = controlIn(ports);
  const served = new Set([control?.live.name, control?.candidate?.name]);
  let dropped = 0;
  for (const head of await heads(snapshots)) {
    if (served.has(head.name)) continue;
    const goes = (control && isForgotten(control, head)) || (await holdsAny(snapshots, head.name, erased));
    if (!goes) continue;
    await removeGeneration(snapshots, head.name);
    dropped++;
  }
  await removeLeftovers(snapshots, new Set());
  return dropped;
}

/** Whoever has come back may stand in one that was trained since. */
async function holdsAny(snapshots: Snapshots, name: string, erased: ReadonlyMap<string, Erased>): Promise<boolean> {
  const { users } = await readGeneration(snapshots, name);
  for await (const { id } of users) if (erased.get(id)?.hasComeBack === false) return true;
  return false;
}
