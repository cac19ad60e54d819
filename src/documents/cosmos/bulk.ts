/** Many operations on a container in few requests: our own bounded loop, which repeats only what was refused. */
import type { Container, OperationInput, OperationResponse } from '@azure/cosmos';
import type { Calls } from './calls.ts';
import type { Charges } from './charges.ts';
import { asPortError, askedWait, isPassing, passes } from './failures.ts';

/** The service takes no more in one request. */
const mostOperations = 100;
const requestsAtOnce = 4;

export interface BulkOptions {
  readonly calls: Calls;
  readonly charges: Charges;
}

export interface BulkOperation<Of> {
  readonly of: Of;
  readonly input: OperationInput;
}

/**
 * Does all operations, in any order, and tells of each how it was answered as soon as it was. Those that are refused
 * for now (429, 449, 503) and those whose answer was lost are done again, so each must bear that.
 * @throws {Unavailable} once patience ends; what was answered till then stays
 */
export async function bulk<Of>(
  container: Container,
  all: readonly BulkOperation<Of>[],
  answered: (of: Of, response: OperationResponse) => void,
  { calls, charges }: BulkOptions,
): Promise<void> {
  const where = `The container ${container.id}`;
  const waits = calls.waits(where, 'write');
  for (let open = all; open.length > 0;) {
    const round = new Round<Of>();
    const requests = inGroups(open, mostOperations);
    for (const group of inGroups(requests, requestsAtOnce))
      await Promise.all(group.map(operations => request(operations, round)));
    open = round.refused;
    if (round.refused.length > 0)
      await waits.wait(round.asked, () =>
        waits.refusal(`${round.refused.length} operations were refused: ${round.why}`),
      );
  }

  async function request(operations: readonly BulkOperation<Of>[], round: Round<Of>): Promise<void> {
    try {
      // Its successor waits a second for company, and never returns where one operation is malformed.
      // oxlint-disable-next-line typescript/no-deprecated -- see above; pinned to 4.10
      const responses = await container.items.bulk(operations.map(({ input }) => input));
      for (const [index, operation] of operations.entries()) take(operation, responses[index], round);
    } catch (error) {
      if (!isPassing(error)) throw asPortError(error, where);
      round.refuse(operations, String(error instanceof Error ? error.message : error), askedWait(error));
    }
  }

  /** A split of the partition under way leaves operations without an answer. */
  function take(operation: BulkOperation<Of>, response: OperationResponse | undefined, round: Round<Of>): void {
    if (response !== undefined && !passes(response.statusCode)) return answered(operation.of, response);
    if (response !== undefined) charges.refused(container.id, 'bulk');
    round.refuse([operation], String(response?.statusCode ?? 'no answer'), waitIn(response));
  }
}

class Round<Of> {
  readonly refused: BulkOperation<Of>[] = [];
  why = '';
  /** The longest that was asked for. */
  asked: number | undefined;

  refuse(operations: readonly BulkOperation<Of>[], why: string, asked: number | undefined): void {
    this.refused.push(...operations);
    this.why = why;
    if (asked !== undefined) this.asked = Math.max(this.asked ?? 0, asked);
  }
}

/** The library passes it on without declaring it. */
function waitIn(response: OperationResponse | undefined): number | undefined {
  const wait =
    response !== undefined && 'retryAfterMilliseconds' in response ? response.retryAfterMilliseconds : undefined;
  return typeof wait === 'number' && wait >= 0 ? wait : undefined;
}

function inGroups<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));
}
