/** The topologies of the recommender: what `millrace run` loads. */
import { defaultLearner, type LearnerSettings } from '../src/recommender/domain/learner.ts';
import { defaultLists, type ListSettings } from '../src/recommender/domain/lists.ts';
import { catalogue } from './catalogue.ts';
import { intake } from './intake.ts';
import { leaders } from './leaders.ts';
import { recommendWith } from './recommend.ts';
import { exposures } from './streams.ts';
import { type Generations, trainWith } from './train.ts';
import { trends } from './trends.ts';

/** What the configuration decides about them. */
export interface RecommenderSettings {
  readonly learner: LearnerSettings;
  readonly lists: ListSettings;
}

/** What the process does for them beside their log; a graph that is only drawn needs none of it. */
export interface RecommenderServices {
  readonly generations?: Generations;
}

/** The command line calls this with what is configured; a module without it has `topologies` that nothing configures. */
export const topologiesWith = ({ learner, lists }: RecommenderSettings, services: RecommenderServices = {}) => [
  intake,
  catalogue,
  trends,
  leaders,
  trainWith(learner, services.generations),
  recommendWith(lists, learner.model),
];

export const topologies = topologiesWith({ learner: defaultLearner, lists: defaultLists });

/** Streams that come from outside and that no topology reads: reports are made from them. */
export const streams = [exposures];
