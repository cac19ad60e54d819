/** Flags that several commands share. A command takes those that it reads. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../app/config.ts';
import { type Configured, configure } from '../app/configure.ts';
import { allowedTenants, isAllowed } from '../recommender/domain/allowed-tenants.ts';
import { isTenant } from '../recommender/domain/tenant.ts';
import { didYouMeanOneOf, Misuse } from './errors.ts';

export interface AppFlags {
  readonly app?: string;
}

/** The flag that every command with settings has. */
export interface ConfigFlags {
  readonly config?: string;
}

export const jsonFlag = (): Option =>
  new Option('--json', 'one JSON object on standard output, and nothing else there');

/** Of those who serve. */
export interface DemoFlags {
  readonly demo?: true;
}

export const demoFlag = (): Option =>
  new Option('--demo', 'ask for tokens, and run an issuer on loopback that signs in whoever says who they are');

export const appFlag = (): Option =>
  new Option('--app <file>', 'module that exports `topologies` (default: the recommender)');

/** Of commands that write or read what is of one tenant. */
export interface TenantFlags {
  readonly tenant?: string;
}

/** Without it the tenant is '', that of whoever has only one; what else that means the description says. */
export const tenantFlag = (description: string): Option =>
  new Option('--tenant <name>', description).argParser(text => {
    if (isTenant(text)) return text;
    throw new InvalidArgumentError('Give lower-case letters, digits and dashes, 63 at most.');
  });

/** Whose records a command is to write. @throws {Misuse} for a tenant that is none of the configured ones */
export function tenantToWrite({ tenants: { allowed } }: Pick<Config, 'tenants'>, { tenant }: TenantFlags) {
  if (isAllowed(allowedTenants(allowed), tenant ?? '')) return tenant;
  throw new Misuse(`The tenant '${tenant}' is none of tenants.allowed`, didYouMeanOneOf(tenant ?? '', allowed));
}

/** A whole number of 1 or more. */
export const atLeastOne = (text: string): number => integer(text, 1);

/** A whole number of 0 or more. */
export const atLeastZero = (text: string): number => integer(text, 0);

function integer(text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidArgumentError(`Give a whole number of ${least} or more.`);
}

type Described = readonly [flags: string, description: string, parse?: (text: string) => unknown];

/** Flags that set a setting, by the name that commands know them by. Their defaults stand in the configuration's schema. */
const settingFlags = {
  data: ['--data <dir>', 'log, state and documents of the embedded adapters (default: ".millrace")'],
  state: ['--state <dir>', 'local checkpoints of this process (default: the folder of --data)'],
  namespace: ['--namespace <name>', 'namespace to work in (default: the one that is switched in)'],
  transport: ['--transport <name>', 'adapter of the log: embedded or kafka (default: embedded)'],
  brokers: ['--brokers <list>', 'brokers of --transport kafka: HOST:PORT, joined by commas'],
  profile: ['--profile <name>', 'what kind of broker: kafka, redpanda or event-hubs (default: kafka)'],
  documents: ['--documents <name>', 'adapter of the documents: sqlite or cosmos (default: sqlite)'],
  snapshots: ['--snapshots <name>', 'adapter of the snapshots: directory or blob (default: directory)'],
  partitions: [
    '--partitions <n>',
    'partitions of topics that are not there yet (default: as many as the others have, else 4)',
    atLeastOne,
  ],
  seed: ['--seed <n>', 'of everything drawn by chance (default: 1)', atLeastZero],
  port: ['--port <n>', 'port to listen on; 0 takes any that is free (default: PORT, else 8080)', atLeastZero],
  workerPort: ['--port <n>', 'port to answer for its tasks on; 0 takes any (default: none)', atLeastZero],
  host: ['--host <address>', 'address to listen on; another than loopback needs credentials (default: 127.0.0.1)'],
  keys: ['--keys <dir>', 'folder of the API keys (default: none, and nobody is asked who they are)'],
  cutEvery: ['--cut-every <n>', 'events of a cut of the model while there is a backlog (default: 1000)', atLeastOne],
  factors: ['--k <n>', 'factors of the model (default: those of the live model)', atLeastOne],
  rate: ['--rate <n>', 'ratings a second (default: 1)'],
  generate: ['--generate <n>', 'ratings a second of the live generator; 0 for none (default: 1)'],
} as const satisfies Record<string, Described>;

export type SettingFlag = keyof typeof settingFlags;

/** What each of them sets. */
const paths: Readonly<Record<SettingFlag, string>> = {
  data: 'data',
  state: 'state',
  namespace: 'namespace',
  transport: 'transport',
  brokers: 'kafka.brokers',
  profile: 'kafka.profile',
  documents: 'documents',
  snapshots: 'snapshots',
  partitions: 'partitions',
  seed: 'seed',
  port: 'port',
  workerPort: 'worker.port',
  host: 'http.host',
  keys: 'auth.keys',
  cutEvery: 'model.cutEvery',
  factors: 'model.factors',
  rate: 'generate.rate',
  generate: 'generate.rate',
};

/** The flags of some command that set the setting at a path. */
export const flagsFor = (path: string): string[] =>
  Object.entries(paths).flatMap(([name, to]) => (to === path && isSettingFlag(name) ? [settingFlags[name][0]] : []));

const isSettingFlag = (name: string): name is SettingFlag => name in settingFlags;

/** What a command needs that opens the ports. */
export const portFlags = [
  'data',
  'state',
  'namespace',
  'transport',
  'brokers',
  'profile',
  'documents',
  'snapshots',
] as const satisfies readonly SettingFlag[];

/** Adds `--config` and these flags. */
export function withSettings(command: Command, names: readonly SettingFlag[]): Command {
  command.addOption(new Option('--config <file>', 'settings as YAML; environment and flags win over it'));
  for (const name of names) command.addOption(optionOf(name));
  return command;
}

/** The configuration that a command was called with; `names` are those that it gave to `withSettings`, `more` wins by path. */
export function configurationOf(
  flags: ConfigFlags,
  names: readonly SettingFlag[],
  more: Readonly<Record<string, { readonly flag: string; readonly value: unknown }>> = {},
): Configured {
  const given = names.map(name => {
    const option = optionOf(name);
    const value: unknown = Reflect.get(flags, option.attributeName());
    return [paths[name], { flag: option.long ?? name, value }] as const;
  });
  return configure({ file: flags.config, environment: process.env, flags: { ...Object.fromEntries(given), ...more } });
}

function optionOf(name: SettingFlag): Option {
  const [flags, description, parse]: Described = settingFlags[name];
  const option = new Option(flags, description);
  return parse === undefined ? option : option.argParser(parse);
}
