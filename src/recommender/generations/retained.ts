/** The generations whose files are kept: which there are, and which may go. */
import type { Journal } from '../../documents/port.ts';
import { decodePlan } from '../../engine/plan.ts';
import type { MillraceError } from '../../errors.ts';
import { type Snapshots, UnknownSnapshot } from '../../snapshots/port.ts';
import { BrokenContainer } from '../../stream/container.ts';
import { type Control, owesErasure } from '../domain/control.ts';
import { BrokenGeneration } from './checked.ts';
import { listGenerations, readHead, removeGeneration } from './files.ts';
import type { GenerationHead } from './format.ts';

/** Newest training first. Where somebody is to be told of those that cannot be read, they are passed over. */
export async function heads(snapshots: Snapshots, unread?: Unread): Promise<readonly GenerationHead[]> {
  const all: GenerationHead[] = [];
  for (const name of await listGenerations(snapshots))
    try {
      all.push(await readHead(snapshots, name));
    } catch (error) {
      if (unread === undefined || !isUnreadable(error)) throw error;
      unread(name, error);
    }
  return all.sort((a, b) => b.trainedAt - a.trainedAt || b.generation - a.generation);
}

/** Told of a head that is damaged, of a newer format, or gone meanwhile. */
type Unread = (name: string, why: MillraceError) => void;

const isUnreadable = (error: unknown): error is MillraceError =>
  [BrokenGeneration, BrokenContainer, UnknownSnapshot].some(kind => error instanceof kind);

/** Whether it has learnt from somebody who has been erased since: then it may not be served again. */
export const isForgotten = (
  { erasedAt }: Pick<Control, 'erasedAt'>,
  { base, generation }: Pick<GenerationHead, 'base' | 'generation'>,
): boolean => erasedAt !== null && generation > 0 && base <= erasedAt;

/**
 * Names that may go: all but the newest `keep`, and those that have learnt from somebody erased, once the generation that
 * has not is live; never the live one or the one that is tried out, and none that a plan of the journal names: it may be
 * executed again.
 */
export function droppable(
  all: readonly GenerationHead[],
  { control, keep, named }: { readonly control: Control; readonly keep: number; readonly named: ReadonlySet<string> },
): string[] {
  const kept = new Set(all.slice(0, keep).map(({ name }) => name));
  return all
    .filter(head => !kept.has(head.name) || (isForgotten(control, head) && !owesErasure(control)))
    .map(({ name }) => name)
    .filter(name => name !== control.live.name && name !== control.candidate?.name && !named.has(name));
}

const page = 500;

/** Names that plans of a task's journal adopt, or try out. */
export async function namedInJournal(journal: Journal, task: string): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (let epoch = 0; ;) {
    const entries = await journal.after(task, epoch, page);
    const texts = entries.flatMap(({ plan }) => Object.values(decodePlan(task, plan).signals ?? {}).flat());
    for (const name of texts.flatMap(nameIn)) names.add(name);
    const last = entries.at(-1);
    if (last === undefined || entries.length < page) return names;
    ({ epoch } = last);
  }
}

/** A signal is JSON; one that adopts has a name. */
function nameIn(text: string): string[] {
  const signal: unknown = JSON.parse(text);
  return typeof signal === 'object' && signal !== null && 'name' in signal && typeof signal.name === 'string'
    ? [signal.name]
    : [];
}

export async function drop(snapshots: Snapshots, names: readonly string[]): Promise<void> {
  for (const name of names) await removeGeneration(snapshots, name);
}
