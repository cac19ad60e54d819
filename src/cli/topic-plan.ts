/** What the application needs of topics, what the log has, and the difference. */
import type { TopicRules } from '../app/topic-rules.ts';
import { BuildError } from '../engine/errors.ts';
import { Graph } from '../engine/graph.ts';
import type { TopicDescription, TopicOptions } from '../transport/port.ts';
import { type Application, limitsOf, partitionsOf, single, type TopicSettings } from './application.ts';

export interface PlannedTopic extends TopicOptions {
  readonly topic: string;
  /** As it is; null where it is missing. */
  readonly there: TopicDescription | null;
  /** What is wrong with it as it is, in words. */
  readonly problems: readonly string[];
}

export interface TopicPlan {
  /** Whose rules hold. */
  readonly of: string;
  readonly madeBy: TopicRules['madeBy'];
  readonly topics: readonly PlannedTopic[];
  /** What is wrong with all of them together, in words. */
  readonly problems: readonly string[];
}

interface Planning {
  readonly application: Pick<Application, 'topologies' | 'further'>;
  readonly settings: TopicSettings;
  readonly rules: TopicRules;
  /** All topics of the log, those of others too. */
  readonly there: readonly TopicDescription[];
}

export async function planTopics(planning: Planning): Promise<TopicPlan> {
  const { application, settings, rules, there } = planning;
  const partitions = await partitionsOf(application, { topics: async () => there }, settings.partitions);
  const limits = limitsOf(settings);
  const known = new Map(there.map(description => [description.topic, description]));
  const topics = [...partitions].map(([topic, count]): PlannedTopic => {
    const found = known.get(topic) ?? null;
    return { topic, partitions: count, ...limits, there: found, problems: problemsOf(topic, count, found, planning) };
  });
  return { of: rules.title, madeBy: rules.madeBy, topics, problems: together(topics, planning) };
}

function problemsOf(
  topic: string,
  count: number,
  there: TopicDescription | null,
  { settings, rules }: Planning,
): string[] {
  const tooMany = `${count} partitions are more than the ${rules.maxPartitions} that ${rules.title} gives a topic`;
  return [
    ...(count > rules.maxPartitions ? [tooMany] : []),
    ...(there === null ? [] : differences(there, { ...limitsOf(settings), partitions: partitionsWanted() })),
  ];

  function partitionsWanted(): number {
    return single.has(topic) ? 1 : (settings.partitions ?? count);
  }
}

function differences(there: TopicDescription, wanted: TopicOptions): string[] {
  const { partitions, retentionMs: ms, retentionBytes: bytes, compacted } = there;
  const keeps = (is: number | undefined, of: number | undefined, unit: string, setting: string): string[] =>
    of === undefined || is === of ? [] : [`it keeps ${is ?? 'unlimited'} ${unit}, not ${of} (${setting})`];
  return [
    ...(partitions === wanted.partitions
      ? []
      : [`it has ${partitions} partitions, not ${wanted.partitions}: make it anew, or leave --partitions out`]),
    ...(compacted === true
      ? ['it is compacted, and state is made of all its records: set its cleanup.policy to delete']
      : []),
    ...keeps(ms, wanted.retentionMs, 'ms of records', 'retention.days'),
    ...keeps(bytes, wanted.retentionBytes, 'bytes a partition', 'retention.bytes'),
  ];
}

function together(topics: readonly PlannedTopic[], { application, rules, there }: Planning): string[] {
  const ours = new Set(topics.map(({ topic }) => topic));
  const others = there.filter(({ topic }) => !ours.has(topic)).length;
  const room = rules.maxTopics - others;
  return [
    ...(topics.length <= room
      ? []
      : [
          `${topics.length} topics are needed and ${others} others are there, ${rules.title} has room for ${rules.maxTopics}: take another namespace for the others, or a tier with more`,
        ]),
    ...graphProblems(application, topics),
  ];
}

/** Topics that are read together need the same number of partitions: the graph knows which. */
function graphProblems({ topologies }: Pick<Application, 'topologies'>, topics: readonly PlannedTopic[]): string[] {
  try {
    const graph = new Graph(topologies, new Map(topics.map(({ topic, partitions }) => [topic, partitions])));
    return graph.topologies.length === 0 ? ['no topology reads or writes anything'] : [];
  } catch (error) {
    if (error instanceof BuildError) return [error.message];
    throw error;
  }
}

/** Everything that is wrong, a sentence each; a topic that is missing, too. */
export const problemsIn = ({ topics, problems }: TopicPlan): string[] => [
  ...topics.flatMap(({ topic, there, problems: own }) =>
    [...(there === null ? ['it is missing'] : []), ...own].map(problem => `${topic}: ${problem}`),
  ),
  ...problems,
];

/** The missing topics as infrastructure code takes them: a list of event hubs. */
export const hubsOf = ({ topics }: TopicPlan) =>
  topics
    .filter(({ there }) => there === null)
    .map(({ topic, partitions, retentionMs }) => ({
      name: topic,
      partitionCount: partitions,
      ...(retentionMs === undefined ? {} : { retentionTimeInHours: Math.ceil(retentionMs / 3_600_000) }),
      cleanupPolicy: 'Delete',
    }));
