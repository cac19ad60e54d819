/** The sizes of an environment, out of its file of parameters: what is deployed and what is estimated are one thing. */
import { join } from 'node:path';
import { z } from 'zod';
import { MillraceError } from '../../src/errors.ts';
import { type BicepFile, readBicep } from './reader.ts';
import type { Written } from './written.ts';

export const environments = ['dev', 'prod'] as const;
export type Environment = (typeof environments)[number];

export const parametersFile = (environment: Environment): string =>
  join(import.meta.dirname, `${environment}.bicepparam`);

const count = z.int().min(0);
const actionGroup =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/microsoft\.insights\/actionGroups\/[^/]+$/i;
const folder = /^(https?:\/\/\S+\/)?$/;
/** What comes from the environment is not known here. */
const text = (form: RegExp, inWords: string) =>
  z.string().refine(given => form.test(given) || /^\$\{\w+\}$/.test(given), `has to be ${inWords}`);
/** As settings.bicep has them; texts may come from the environment of whoever deploys. */
const Parameters = z.object({
  environment: z.enum(environments),
  log: z.strictObject({
    tier: z.enum(['Standard', 'Premium']),
    units: count,
    mostUnits: count,
    partitions: z.int().min(1).max(32),
    retentionDays: z.int().min(1).max(90),
  }),
  documents: z.strictObject({
    requestUnits: z.int().min(1_000).multipleOf(1_000),
    zoneRedundant: z.boolean(),
    backup: z.enum(['Continuous7Days', 'Continuous30Days']),
  }),
  storage: z.strictObject({
    redundancy: z.enum(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS']),
    captureDays: count,
  }),
  cluster: z.strictObject({
    tier: z.enum(['Free', 'Standard']),
    nodeSize: z.string(),
    leastNodes: count,
    mostNodes: count,
    zones: z.array(count),
    authorisedRanges: z.array(z.string()),
    namespace: z.string(),
    serviceAccount: z.string(),
  }),
  monitoring: z.strictObject({
    grafanaVersion: z.string(),
    zoneRedundant: z.boolean(),
    actionGroups: z.array(
      text(actionGroup, 'a resource id: /subscriptions/…/providers/microsoft.insights/actionGroups/NAME'),
    ),
    runbooks: text(folder, 'https://…/ with a slash at its end, or empty'),
  }),
  gateway: z.strictObject({
    enabled: z.boolean(),
    tier: z.enum(['Developer', 'BasicV2', 'StandardV2', 'Premium']),
    units: count,
    publisherEmail: z.string(),
    backend: z.string(),
    issuer: z.string(),
    audience: z.string(),
    roleClaim: z.string(),
    shopOrigin: z.string(),
  }),
});
export type Parameters = z.infer<typeof Parameters>;

/** A file of parameters says what main.bicep does not take. */
export class WrongParameters extends MillraceError {
  readonly code = 'WRONG_PARAMETERS';
}

export const readParameters = async (environment: Environment): Promise<Parameters> =>
  parametersIn(await readBicep(parametersFile(environment)));

/** @throws {WrongParameters} */
export function parametersIn({ path, declarations }: BicepFile): Parameters {
  const given = Object.fromEntries(declarations.map(({ name, value }) => [name, plain(value)]));
  const { success, data, error } = Parameters.safeParse(given);
  if (success) return data;
  throw new WrongParameters(`${path}: ${z.prettifyError(error)}`, 'See deploy/bicep/settings.bicep');
}

const asked = /^readEnvironmentVariable\('(\w+)'\)$/;

/** Variables of the environment that the file reads, so that it can be said beforehand which are not there. */
export const variablesOf = async (environment: Environment): Promise<readonly string[]> =>
  variablesOfFile(await readBicep(parametersFile(environment)));

export const variablesOfFile = ({ declarations }: BicepFile): readonly string[] =>
  declarations.flatMap(({ value }) => variablesIn(value));

function variablesIn(written: Written | undefined): string[] {
  if (written?.kind === 'object') return [...written.properties.values()].flatMap(variablesIn);
  if (written?.kind === 'list') return written.items.flatMap(variablesIn);
  const name = written?.kind === 'expression' ? asked.exec(written.text)?.[1] : undefined;
  return name === undefined ? [] : [name];
}

/** What is written out; what comes from the environment is named, so that nothing stands for it in silence. */
function plain(written: Written | undefined): unknown {
  if (written?.kind === 'literal') return written.value;
  if (written?.kind === 'object')
    return Object.fromEntries([...written.properties].map(([name, value]) => [name, plain(value)]));
  if (written?.kind === 'list') return written.items.map(plain);
  return written?.kind === 'expression' ? `\${${asked.exec(written.text)?.[1] ?? written.text}}` : undefined;
}
