/** What the log's kind says of topics, before anything is connected. */
import { profiles } from '../transport/kafka/profiles.ts';
import type { PortSettings } from './port-settings.ts';

export interface TopicRules {
  /** Whose rules they are, for people. */
  readonly title: string;
  readonly maxTopics: number;
  readonly maxPartitions: number;
  readonly maxGroups: number;
  /** Who makes topics: our commands, or whoever keeps the infrastructure's code. */
  readonly madeBy: 'us' | 'infrastructure';
}

const embedded: TopicRules = {
  title: 'the embedded log',
  maxTopics: Infinity,
  maxPartitions: 1_024,
  maxGroups: Infinity,
  madeBy: 'us',
};

export function topicRules({ transport, kafka }: Partial<Pick<PortSettings, 'transport' | 'kafka'>>): TopicRules {
  if (transport !== 'kafka') return embedded;
  const { title, maxTopics, maxPartitions, maxGroups, topicsMadeBy } = profiles[kafka?.profile ?? 'kafka'];
  return { title, maxTopics: kafka?.mostTopics ?? maxTopics, maxPartitions, maxGroups, madeBy: topicsMadeBy };
}
