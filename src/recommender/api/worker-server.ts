/** What a process without pages answers: the state of its tasks, probes, metrics. */
import { Admission, type AdmissionOptions } from './auth/admission.ts';
import { openGate } from './auth/gate.ts';
import { operationEndpoints } from './endpoints.ts';
import type { EngineSource } from './engine-source.ts';
import { createHttp, defaultHttp, refuseUnknown } from './http.ts';
import { OpenStreams } from './open-streams.ts';
import { RememberedAnswers } from './remembered-answers.ts';
import { addRoute } from './route.ts';
import { listen, type Server, type ServerOptions } from './server.ts';
import { stateEndpoint } from './state-endpoint.ts';
import { topologiesEndpoint } from './topologies-endpoint.ts';
import { UnusedConnections } from './unused-connections.ts';

export interface WorkerServerOptions extends Pick<ServerOptions, 'health' | 'metrics' | 'http' | 'log'> {
  readonly engine: EngineSource;
  readonly access?: Pick<AdmissionOptions, 'gate' | 'rates' | 'tenants'>;
  readonly clock: AdmissionOptions['clock'];
}

/** The same endpoints, callers and refusals as those of the whole API. */
export async function createWorkerServer(
  options: WorkerServerOptions,
): Promise<Pick<Server, 'app' | 'endpoints' | 'listen' | 'close'>> {
  const { engine, log, clock, http = defaultHttp, access = { gate: openGate } } = options;
  const app = await createHttp({ http, admission: new Admission({ ...access, clock }), log });
  const endpoints = [stateEndpoint(engine), topologiesEndpoint(engine), ...operationEndpoints(options)];
  refuseUnknown(app, endpoints);
  const unused = new UnusedConnections(app.server);
  app.addHook('preClose', async () => unused.close());
  const remembered = new RememberedAnswers(0);
  const streams = new OpenStreams();
  for (const endpoint of endpoints) addRoute(app, endpoint, { streams, now: () => ({ endpoint, remembered }) });
  return {
    app,
    endpoints,
    listen: ({ port }) => listen(app, http.host, port),
    close: () => app.close(),
  };
}
