import type { Command } from 'commander';
import { createDocuments, type DocumentPlan, planDocuments } from '../../app/document-plan.ts';
import { collectionsOf, loadApplication } from '../application.ts';
import {
  type AppFlags,
  appFlag,
  type ConfigFlags,
  configurationOf,
  jsonFlag,
  portFlags,
  withSettings,
} from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

const settings = portFlags;
type Flags = ConfigFlags & AppFlags & OutputFlags;

/** `millrace documents plan`, `create` and `verify`. */
export function addDocuments(program: Command): void {
  const parent = program
    .command('documents')
    .description('the containers that the documents need, and those that are there');
  const add = (name: string, description: string, action: (flags: Flags) => Promise<void>): void => {
    withSettings(parent.command(name), settings)
      .description(description)
      .addOption(appFlag())
      .addOption(jsonFlag())
      .action(action);
  };
  add('plan', 'what is needed, what is there, and what would be created', plan);
  add('create', 'create the database and the containers that are missing', create);
  add('verify', 'exit code 1 if a container is missing or is not as it has to be', verify);
}

async function plan(flags: Flags): Promise<void> {
  const { config, collections } = await needed(flags);
  const made = await planDocuments(config, collections);
  print(flags, made, () => textOf(made));
}

async function create(flags: Flags): Promise<void> {
  const { config, collections } = await needed(flags);
  const created = await createDocuments(config, collections);
  print(flags, { created }, () =>
    created.length === 0 ? 'all containers are there' : `created ${created.join(', ')}`,
  );
}

async function verify(flags: Flags): Promise<void> {
  const { config, collections } = await needed(flags);
  const made = await planDocuments(config, collections);
  const { problems } = made;
  print(flags, { ...made, ok: problems.length === 0 }, () =>
    problems.length === 0 ? `all ${made.containers.length} containers are as they have to be` : problems.join('\n'),
  );
  if (problems.length > 0) process.exitCode = 1;
}

async function needed(flags: Flags) {
  const { config } = configurationOf(flags, settings);
  return { config, collections: collectionsOf(await loadApplication(flags, config)) };
}

function textOf({ of, throughput, containers, problems }: DocumentPlan): string {
  const rows = containers.map(({ name, partitionKey, expires, holds, there }) => [
    name,
    partitionKey,
    expires,
    there ? 'there' : 'missing',
    holds,
  ]);
  return [
    `${of}: ${throughput}`,
    ...(rows.length === 0 ? [] : [table(['container', 'partition key', 'expires', 'there', 'holds'], rows)]),
    ...problems,
  ].join('\n');
}
