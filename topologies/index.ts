/** The topologies of the recommender: what `millrace run` loads. */
import { catalogue } from './catalogue.ts';
import { intake } from './intake.ts';
import { leaders } from './leaders.ts';
import { recommend } from './recommend.ts';
import { train } from './train.ts';
import { trends } from './trends.ts';

export const topologies = [intake, catalogue, trends, leaders, train, recommend];
