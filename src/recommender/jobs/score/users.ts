/** Everybody who can have a list: those whom the model knows, and those of whom it knows too little for a vector. */
import type { Documents } from '../../../documents/port.ts';
import { tenantOf } from '../../domain/tenant.ts';
import type { UserVector } from '../../../../schemas/types.ts';

const pageSize = 1_000;

export interface ListedUser {
  readonly userId: string;
  /** Undefined of one of whom the generation has learnt nothing. */
  readonly vector: UserVector | undefined;
}

/**
 * Everybody with a profile, in the order of the documents. Somebody with a vector alone was erased, or is so new that
 * nobody could say what to leave out. Of one tenant, where it is named.
 */
export async function* usersOf(
  documents: Pick<Documents, 'list'>,
  vectors: readonly UserVector[],
  tenant?: string,
): AsyncGenerator<ListedUser> {
  const learnt = new Map(vectors.flatMap(vector => (vector.events === 0 ? [] : [[vector.id, vector]])));
  for await (const { id: userId } of documentsOf(documents, 'profiles'))
    if (tenant === undefined || tenantOf(userId) === tenant) yield { userId, vector: learnt.get(userId) };
}

/** All documents of a collection, page by page; those that come meanwhile may be among them. */
export async function* documentsOf(documents: Pick<Documents, 'list'>, collection: string) {
  for (let after: { partition: string; id: string } | undefined, isLast = false; !isLast;) {
    const page = await documents.list({ collection, after, limit: pageSize });
    yield* page;
    after = page.at(-1);
    isLast = page.length < pageSize;
  }
}
