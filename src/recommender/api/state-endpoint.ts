/** What the steps of topologies keep of a key: for who runs them. */
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import type { EngineSource } from './engine-source.ts';
import { askOn } from './ask-on.ts';
import { plainJson } from './plain-json.ts';
import { type StateOfKey, stateOfKey, stateParams, stateQuery } from './state-wire.ts';

export const stateEndpoint = (engine: EngineSource): Endpoint =>
  endpoint(
    {
      method: 'GET',
      path: '/v2/state/{topology}/{step}/{key}',
      access: 'admin',
      summary: 'The state that a step of a topology had committed for a key, answered by the owner of its task',
      params: stateParams,
      query: stateQuery,
      answer: stateOfKey,
      status: 200,
      problems: [400, 404, 503],
    },
    async ({ params, query: { partition, forwarded }, authorization }) => {
      const asked = await engine.askState({ ...params, partition, forwarded: forwarded === 'true' });
      const { topology, step, key } = params;
      if ('answer' in asked) {
        const { value, ...answer } = asked.answer;
        const found = value !== undefined;
        return ok({ ...answer, step, key, found, value: plainJson(value) } satisfies StateOfKey);
      }
      const at = partition === undefined ? '' : `partition=${partition}&`;
      const path = `/v2/state/${[topology, step, key].map(encodeURIComponent).join('/')}?${at}forwarded=true`;
      return ok(await askOn({ ...asked, path, authorization }));
    },
  );
