/** Documents of the erased: those that topologies write are gone before, and of removed ones nothing stays. */
import type { Documents } from '../../../documents/port.ts';
import { hasPendingRemoval } from '../../orders/erasure-request.ts';
import { ordersCollection } from '../../orders/order.ts';
import { toldCollection } from '../../orders/told.ts';
import type { Erased } from './erased.ts';
import { ScrubRefused } from './errors.ts';
import type { ScrubPorts } from './ports.ts';

/** Of everything that the topologies keep by user. */
const written = ['recommendations', 'userVectors', 'profiles', 'histories'] as const;
/** The shop's own records, and what was told of them. */
const ofTheShop = [ordersCollection, toldCollection] as const;

/** @throws {ScrubRefused} */
export async function checkDocuments(
  { documents }: Pick<ScrubPorts, 'documents'>,
  erased: ReadonlyMap<string, Erased>,
): Promise<void> {
  for (const { id, hasComeBack } of erased.values()) {
    const held = hasComeBack ? [] : await holding(documents, written, id);
    if (held.length > 0)
      throw new ScrubRefused(
        `${held.join(', ')} still hold somebody who was erased`,
        'Let the topologies catch up with `millrace run --until-caught-up`, and scrub then',
      );
    if (await hasPendingRemoval(documents, id))
      throw new ScrubRefused(
        'Orders of somebody who was erased are still to be removed',
        'Let `millrace run --until-caught-up` remove them, or `millrace run orders`, and scrub then',
      );
  }
}

/** Scores are written by a job that nobody has to run; what it writes later bears a later version. */
export async function removeScores(
  { documents, clock }: ScrubPorts,
  erased: ReadonlyMap<string, Erased>,
): Promise<void> {
  const gone = [...erased.values()].filter(({ hasComeBack }) => !hasComeBack);
  const version = { lineage: 0, epoch: clock.now(), seq: 0 };
  for (const { id } of gone) {
    const key = { collection: 'scores', partition: id, id };
    if ((await documents.get(key)) !== undefined)
      await documents.write([{ ...key, task: 'score', version, body: null }]);
  }
}

/** Collections of the shop that still hold somebody, with how many. */
export async function keptByTheShop(
  { documents }: Pick<ScrubPorts, 'documents'>,
  erased: ReadonlyMap<string, Erased>,
): Promise<Readonly<Record<string, number>>> {
  const kept: Record<string, number> = {};
  for (const { id } of erased.values())
    for (const collection of await holding(documents, ofTheShop, id)) kept[collection] = (kept[collection] ?? 0) + 1;
  return kept;
}

async function holding(documents: Pick<Documents, 'list'>, among: readonly string[], partition: string) {
  const found: string[] = [];
  for (const collection of among)
    if ((await documents.list({ collection, partition, limit: 1 })).length > 0) found.push(collection);
  return found;
}
