/** Whether we may commit offsets for a group. */
import module from 'kafkajs/src/protocol/requests/index.js';
import { BrokerUnable, Code, nameOf } from '../errors.ts';
import type { Groups } from '../groups.ts';
import { Lacks } from './lacks.ts';

/** A topic that is not there: a broker looks at the right to the group first, and has nothing to write then. */
const nowhere = 'millrace-doctor.is-not-there';

export async function mayCommit(groups: Groups, group: string): Promise<string> {
  if (await isAllowed(groups, group)) return 'we may read and commit its offsets';
  throw new Lacks(
    `We may not use the group '${group}'`,
    `Give the user the right to Read the group '${group}': the topology of that name shares its tasks and tells its lag by it`,
  );
}

async function isAllowed(groups: Groups, group: string): Promise<boolean> {
  try {
    const code = await groups.asCoordinator(group, 'ask', async broker => {
      const partitions = [{ partition: 0, offset: '0' }];
      const request = { groupId: group, groupGenerationId: -1, memberId: '', topics: [{ topic: nowhere, partitions }] };
      const { responses } = await broker.request(module.requests.OffsetCommit, request);
      return responses[0]?.partitions[0]?.errorCode ?? Code.none;
    });
    return code !== Code.groupAuthorizationFailed;
  } catch (error) {
    if (error instanceof BrokerUnable && error.reason === nameOf(Code.groupAuthorizationFailed)) return false;
    throw error;
  }
}
