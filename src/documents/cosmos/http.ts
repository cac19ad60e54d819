/** The one way out: bounds the requests under way, counts what they cost, and leaves repeating to the adapter. */
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { Charges, CosmosOperation } from './charges.ts';
import { unreachable } from './failures.ts';

const refusals = new Set([429, 449, 503]);

/** A connection that failed; its code is none that the library would repeat for ten seconds by itself. */
class Unreachable extends Error {
  readonly code = unreachable;
}

export function meteredClient(charges: Charges, mostUnderWay: number): HttpClient {
  const client = createDefaultHttpClient();
  const waiting: (() => void)[] = [];
  let underWay = 0;

  return {
    async sendRequest(request) {
      await enter();
      try {
        const response = await sent(request);
        count(request, response);
        return response;
      } finally {
        leave();
      }
    },
  };

  async function sent(request: PipelineRequest): Promise<PipelineResponse> {
    try {
      return await client.sendRequest(request);
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'AbortError') throw error;
      throw new Unreachable(error.message, { cause: error });
    }
  }

  function count({ url, method, headers }: PipelineRequest, response: PipelineResponse): void {
    const [, collection = '', rest = ''] = /\/colls\/([^/]+)(.*)/.exec(new URL(url).pathname) ?? [];
    const operation = rest.startsWith('/docs') ? operationOf(method, rest, name => headers.get(name)) : 'metadata';
    charges.add(collection, operation, Number(response.headers.get('x-ms-request-charge') ?? 0) || 0);
    if (refusals.has(response.status)) charges.refused(collection, operation);
  }

  function enter(): Promise<void> | undefined {
    if (underWay < mostUnderWay) underWay += 1;
    else return new Promise(resolve => waiting.push(resolve));
    return undefined;
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) underWay -= 1;
    else next();
  }
}

function operationOf(method: string, path: string, header: (name: string) => string | undefined): CosmosOperation {
  if (method === 'PUT') return 'replace';
  if (method === 'DELETE') return 'delete';
  if (method === 'GET') return path === '/docs' || path === '/docs/' ? 'feed' : 'read';
  if (header('x-ms-cosmos-is-batch-request') !== undefined)
    return header('x-ms-cosmos-batch-atomic')?.toLowerCase() === 'true' ? 'batch' : 'bulk';
  if (header('x-ms-cosmos-is-query-plan-request') !== undefined) return 'plan';
  if (header('x-ms-documentdb-isquery') !== undefined) return 'query';
  return header('x-ms-documentdb-is-upsert') === undefined ? 'create' : 'upsert';
}
