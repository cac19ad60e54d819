/** What `doctor` says of brokers: each thing that has to be right, with the way out where it is not. Writes nothing. */
import { found, type Finding, type Needs } from '../../inspection.ts';
import { Brokers } from '../brokers.ts';
import { Cluster } from '../cluster.ts';
import { Groups } from '../groups.ts';
import type { KafkaOptions } from '../options.ts';
import type { KafkaProfile } from '../profiles.ts';
import { Troubles } from '../troubles.ts';
import { idempotence, versions } from './abilities.ts';
import { mayCommit } from './groups.ts';
import { reach } from './reach.ts';
import { topicFindings } from './topics.ts';

/** Behind a broker that does not answer, or does not let us in, nothing else can be looked at. */
export async function inspectKafka(options: KafkaOptions, profile: KafkaProfile, needs: Needs): Promise<Finding[]> {
  const brokers = new Brokers(options);
  const cluster = new Cluster(options, brokers, new Troubles());
  try {
    const security = await found('security', () => securityOf(options));
    const reached = await reach(cluster, options);
    if (!reached.some(({ ok }) => ok)) return [security, ...reached];
    const groups = new Groups(cluster);
    return [
      security,
      ...reached,
      await found('requests', () => versions(cluster, profile)),
      await found('idempotence', () => idempotence(cluster, profile)),
      ...(await topicFindings(cluster, options, profile, needs)),
      ...(await Promise.all(needs.groups.map(group => found(`group ${group}`, () => mayCommit(groups, group))))),
    ];
  } finally {
    brokers.close();
  }
}

/** As whom we come, and whether others can read along. */
function securityOf({ sasl, tls }: KafkaOptions): string {
  const way = tls === undefined ? 'in plain text' : 'over TLS';
  if (sasl === undefined) return `as nobody, ${way}`;
  if (sasl.mechanism === 'OAUTHBEARER')
    return `as an identity of Entra ID, ${way}${tls === undefined ? ', where anybody on the way can take the token' : ''}`;
  const isReadable = tls === undefined && sasl.mechanism === 'PLAIN';
  return `as '${sasl.username}' by ${sasl.mechanism}, ${way}${isReadable ? ', where anybody on the way can read the password' : ''}`;
}
