import type { Command } from 'commander';
import { createDocuments, type DocumentPlan, planDocuments } from '../../app/document-plan.ts';
import { collectionsOf, loadApplication } from '../application.ts';
import { configurationOf, portFlags } from '../flags.ts';
import { print, table } from '../output.ts';
import { addPlanCommands, type PlanFlags } from '../plan-commands.ts';
import { addDocumentsCopy } from './documents-copy.ts';

const settings = portFlags;

/** `millrace documents plan`, `create`, `verify` and `copy`. */
export function addDocuments(program: Command): void {
  const parent = addPlanCommands(program, {
    name: 'documents',
    description: 'the containers that the documents need, and those that are there',
    settings,
    commands: {
      plan: { description: 'what is needed, what is there, and what would be created', action: plan },
      create: { description: 'create the database and the containers that are missing', action: create },
      verify: { description: 'exit code 1 if a container is missing or is not as it has to be', action: verify },
    },
  });
  addDocumentsCopy(parent);
}

async function plan(flags: PlanFlags): Promise<void> {
  const { config, collections } = await needed(flags);
  const made = await planDocuments(config, collections);
  print(flags, made, () => textOf(made));
}

async function create(flags: PlanFlags): Promise<void> {
  const { config, collections } = await needed(flags);
  const created = await createDocuments(config, collections);
  print(flags, { created }, () =>
    created.length === 0 ? 'all containers are there' : `created ${created.join(', ')}`,
  );
}

async function verify(flags: PlanFlags): Promise<void> {
  const { config, collections } = await needed(flags);
  const made = await planDocuments(config, collections);
  const { problems } = made;
  print(flags, { ...made, ok: problems.length === 0 }, () =>
    problems.length === 0 ? `all ${made.containers.length} containers are as they have to be` : problems.join('\n'),
  );
  if (problems.length > 0) process.exitCode = 1;
}

async function needed(flags: PlanFlags) {
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
