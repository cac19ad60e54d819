/** The policy by which the published lists leave out what was seen: whoever serves or scores beside them needs the same. */
import { z } from 'zod';
import { kinds } from '../als/index.ts';
import type { Documents } from '../documents/port.ts';
import { MillraceError } from '../errors.ts';
import type { SeenPolicy } from './domain/shelf.ts';

/** The lists that are published leave out something else than this process would. */
export class OtherSeenPolicy extends MillraceError {
  readonly code = 'OTHER_SEEN_POLICY';
  constructor(published: SeenPolicy, ours: SeenPolicy) {
    super(
      `The published lists leave out ${inWords(published)}, and here lists.seen is ${JSON.stringify(ours)}`,
      `Configure lists.seen as ${JSON.stringify(published)} like the process that runs \`recommend\`, or make the lists anew by yours with \`millrace replay --into\``,
    );
  }
}

const told = z.object({ seen: z.array(z.enum(kinds)).optional() });

/** Tasks of `recommend` that are looked at, at most: as many as the API reads. */
const mostRead = 1_024;

/** Undefined before there are lists, and where an earlier release has made them: it is told with the next of them. */
export async function publishedSeen(documents: Pick<Documents, 'list'>): Promise<SeenPolicy | undefined> {
  const tasks = await documents.list({ collection: 'quality', partition: 'recommend', limit: mostRead });
  for (const { body } of tasks) {
    const { seen } = told.parse(body);
    if (seen !== undefined) return seen;
  }
  return undefined;
}

/** Answers the published policy, which is ours then, or undefined as `publishedSeen` does. @throws {OtherSeenPolicy} */
export async function requireSeen(
  documents: Pick<Documents, 'list'>,
  ours: SeenPolicy,
): Promise<SeenPolicy | undefined> {
  const published = await publishedSeen(documents);
  if (published !== undefined && textOf(published) !== textOf(ours)) throw new OtherSeenPolicy(published, ours);
  return published;
}

/** The same choice, however it is written. */
const textOf = (policy: SeenPolicy): string => kinds.filter(kind => policy.includes(kind)).join(' ');

/** For people: the kinds of events after which an item stays out. */
export const inWords = (policy: SeenPolicy): string =>
  policy.length === 0 ? 'nothing' : `what had an event of ${policy.join(', ')}`;
