/** What a deployment answers, and what the chart and the program's commands make of it. */
import { z } from 'zod';
import { MillraceError } from '../../src/errors.ts';

const text = z.string().min(1);
const Outputs = z.object({
  broker: text,
  partitions: z.int().min(1),
  retentionDays: z.int().min(1),
  registry: z.url(),
  schemaGroup: text,
  cosmosEndpoint: z.url(),
  cosmosDatabase: text,
  snapshots: z.url(),
  clientId: z.uuid(),
  prometheus: z.url(),
  grafana: z.url(),
  cluster: text,
  namespace: text,
  serviceAccount: text,
  vault: text,
  gateway: z.string(),
});
export type Outputs = z.infer<typeof Outputs>;
export const outputNames = Object.keys(Outputs.shape);

/** The deployment does not answer what is needed. */
export class WrongOutputs extends MillraceError {
  readonly code = 'WRONG_OUTPUTS';
}

/** As `az deployment group create` and `show` print them: `{ name: { type, value } }`. */
export function outputsIn(printed: string): Outputs {
  const { success, data, error } = z.record(z.string(), z.object({ value: z.unknown() })).safeParse(parsed(printed));
  const found = success
    ? Outputs.safeParse(Object.fromEntries(Object.entries(data).map(([name, { value }]) => [name, value])))
    : undefined;
  if (found?.success === true) return found.data;
  const why = found?.error ?? error;
  throw new WrongOutputs(
    `The deployment's outputs cannot be used: ${why === undefined ? 'nothing was answered' : z.prettifyError(why)}`,
    'Look whether it is one of deploy/bicep/main.bicep and of this release',
  );
}

function parsed(printed: string): unknown {
  try {
    return JSON.parse(printed);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Settings of every process. What topics keep is not theirs to insist on where others make them. */
export const settingsOf = (outputs: Outputs) => ({
  transport: 'kafka',
  kafka: { profile: 'event-hubs', brokers: [outputs.broker], sasl: { mechanism: 'oauthbearer' } },
  partitions: outputs.partitions,
  schemas: { azure: { url: outputs.registry, group: outputs.schemaGroup } },
  documents: 'cosmos',
  cosmos: { endpoint: outputs.cosmosEndpoint, database: outputs.cosmosDatabase },
  snapshots: 'blob',
  blob: { url: outputs.snapshots },
});

/** Values of the chart. No secret is among them: those are Secrets of the cluster. */
export const valuesOf = (outputs: Outputs, image: string) => ({
  image: imageOf(image),
  config: settingsOf(outputs),
  workloadIdentity: { clientId: outputs.clientId },
  serviceAccount: { name: outputs.serviceAccount },
  run: { autoscaling: { prometheus: outputs.prometheus } },
});

/** `REGISTRY/NAME` or `REGISTRY/NAME:TAG`; a colon before the last slash is a port. */
function imageOf(image: string): { readonly repository: string; readonly tag?: string } {
  const [, repository = image, tag] = /^(.*?)(?::([^:/]+))?$/.exec(image) ?? [];
  return tag === undefined ? { repository } : { repository, tag };
}
