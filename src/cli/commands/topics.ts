import type { Command } from 'commander';
import { isBegun, openLogOf } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { topicRules } from '../../app/topic-rules.ts';
import type { TopicDescription } from '../../transport/port.ts';
import { createTopics, loadApplication } from '../application.ts';
import { Misuse } from '../errors.ts';
import { configurationOf, portFlags } from '../flags.ts';
import { print, table } from '../output.ts';
import { addPlanCommands, type PlanFlags } from '../plan-commands.ts';
import { addTopicsCopy } from './topics-copy.ts';
import { withPatience } from '../patience.ts';
import { hubsOf, planTopics, problemsIn, type TopicPlan } from '../topic-plan.ts';

const settings = [...portFlags, 'partitions'] as const;

/** `millrace topics plan`, `create`, `verify` and `copy`. */
export function addTopics(program: Command): void {
  const parent = addPlanCommands(program, {
    name: 'topics',
    description: 'the topics that the application needs, and those that are there',
    settings,
    commands: {
      plan: { description: 'what is needed, what is there, and what would be created', action: plan },
      create: { description: 'create the topics that are missing', action: create },
      verify: { description: 'exit code 1 if a topic is missing or is not as it has to be', action: verify },
    },
  });
  addTopicsCopy(parent);
}

async function plan(flags: PlanFlags): Promise<void> {
  const { made } = await planned(flags);
  const missing = hubsOf(made);
  const infrastructure = made.madeBy === 'infrastructure' ? missing : [];
  print(flags, { ...made, infrastructure }, () =>
    [
      tableOf(made),
      ...made.problems,
      ...(infrastructure.length === 0
        ? []
        : [
            `\nFor the infrastructure's code (Microsoft.EventHub/namespaces/eventhubs):`,
            JSON.stringify(missing, null, 2),
          ]),
    ].join('\n'),
  );
}

async function create(flags: PlanFlags): Promise<void> {
  const { config, made } = await planned(flags);
  const missing = made.topics.filter(({ there }) => there === null).map(({ topic }) => topic);
  if (made.problems.length > 0)
    throw new Misuse(made.problems.join('; '), 'Nothing was created: `millrace topics plan`');
  const application = await loadApplication(flags, config);
  await using log = await openLogOf(config);
  await createTopics(application, withPatience(log, config).transport, config);
  print(flags, { created: missing }, () =>
    missing.length === 0 ? 'all topics are there' : `created ${missing.join(', ')}`,
  );
}

async function verify(flags: PlanFlags): Promise<void> {
  const { made } = await planned(flags);
  const problems = problemsIn(made);
  print(flags, { ...made, ok: problems.length === 0, problems }, () =>
    problems.length === 0 ? `all ${made.topics.length} topics are as they have to be` : problems.join('\n'),
  );
  if (problems.length > 0) process.exitCode = 1;
}

async function planned(flags: PlanFlags): Promise<{ readonly config: Config; readonly made: TopicPlan }> {
  const { config } = configurationOf(flags, settings);
  const application = await loadApplication(flags, config);
  const there = await topicsThere(config);
  return { config, made: await planTopics({ application, settings: config, rules: topicRules(config), there }) };
}

/** Who only looks begins no folder. */
async function topicsThere(config: Config): Promise<readonly TopicDescription[]> {
  if (config.transport === 'embedded' && !isBegun(config)) return [];
  await using log = await openLogOf(config);
  return await withPatience(log, config).transport.topics();
}

function tableOf({ of, topics }: TopicPlan): string {
  const rows = topics.map(({ topic, partitions, retentionMs, there, problems }) => [
    topic,
    partitions,
    keptOf(retentionMs),
    there === null ? 'missing' : `${there.partitions} partitions, ${keptOf(there.retentionMs)}`,
    problems.join('; '),
  ]);
  return `${of}\n${table(['topic', 'partitions', 'keeps', 'there', 'wrong'], rows)}`;
}

const keptOf = (retentionMs: number | undefined): string =>
  retentionMs === undefined ? 'unlimited' : `${retentionMs} ms`;
