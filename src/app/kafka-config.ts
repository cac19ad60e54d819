/** The settings of the Kafka adapter: where brokers are, what they take, and how to get in. */
import { z } from 'zod';
import { nearest } from '../stream/nearest.ts';
import { compressions, type LimitName, type ProfileName, profileNames, profiles } from '../transport/kafka/profiles.ts';
import { mechanisms } from '../transport/kafka/settings.ts';
import { secret } from './secret.ts';

const text = () => z.string().min(1).optional();

/** `a:9092,b:9092` where the source is a text. */
const brokers = z.preprocess(
  given => (typeof given === 'string' ? given.split(',').map(part => part.trim()) : given),
  z
    .array(z.string().regex(/^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, 'a broker is HOST:PORT'))
    .readonly()
    .default([]),
);

/** The names, the nearest one first where somebody gives another. */
const named = <const N extends readonly [string, ...string[]]>(names: N) =>
  z.enum(names, {
    error: ({ input }) =>
      `there is none of that name, did you mean '${nearest(String(input), names) ?? ''}'? There are: ${names.join(', ')}`,
  });

/** A figure of the profile that may be set; its bounds are the profile's, and are kept by it. */
function limit(name: LimitName, what: string) {
  const byProfile = profileNames.map(profile => `${profile} ${profiles[profile].limits[name].value}`);
  return z
    .number()
    .positive()
    .optional()
    .describe(`${what} Where absent by the profile: ${byProfile.join(', ')}.`);
}

const tls = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Whether to speak TLS; where absent if a file of `kafka.tls` is named, and with event-hubs.'),
  ca: text().describe(
    "File (PEM) of the authorities that sign the brokers' certificates; where absent the usual ones.",
  ),
  certificate: text().describe('File (PEM) of our certificate, where brokers ask for one.'),
  key: text().describe('File (PEM) of its key.'),
  serverName: text().describe("Name in the brokers' certificates, where it is not that of their address."),
});

const sasl = z.strictObject({
  mechanism: named(mechanisms)
    .optional()
    .describe('How we say who we are; where absent plain if a user or a connection string is given, else not at all.'),
  username: text().describe('User of plain and scram.'),
  password: secret(text().describe('Its password.')),
  passwordFile: text().describe('File with the password.'),
  connectionString: secret(
    text().describe(
      'Connection string of an Event Hubs namespace: user, password and, where `kafka.brokers` is absent, the broker.',
    ),
  ),
  connectionStringFile: text().describe('File with the connection string.'),
  scope: text().describe(
    'What tokens of Entra ID are asked for; where absent `https://HOST/.default` of the first broker.',
  ),
});

const usualProfile: ProfileName = 'kafka';

export const kafkaSection = z.strictObject({
  brokers: brokers.describe('Brokers to begin with, HOST:PORT, joined by commas where it is a text.'),
  profile: named(profileNames)
    .default(usualProfile)
    .describe('What kind of broker it is; decides about limits and timeouts.'),
  clientId: z.string().min(1).max(200).default('millrace').describe("Our name in the brokers' logs and quotas."),
  compression: named(compressions)
    .optional()
    .describe('Of the batches that we write; where absent none. Event Hubs takes gzip from the tier Premium on.'),
  connectionTimeout_ms: limit('connectionTimeout_ms', 'How long a connection may take.'),
  requestTimeout_ms: limit('requestTimeout_ms', 'How long an answer may take.'),
  sessionTimeout_ms: limit('sessionTimeout_ms', 'How long a member of a group may be silent.'),
  heartbeatInterval_ms: limit('heartbeatInterval_ms', 'How often a member of a group is heard of.'),
  metadataMaxAge_ms: limit('metadataMaxAge_ms', 'How old what we know of topics and brokers may be.'),
  idle_ms: limit('idle_ms', 'After how long without a request a connection is closed.'),
  maxRequestBytes: limit('maxRequestBytes', 'Bytes of a request that writes.'),
  maxBatchBytes: limit('maxBatchBytes', "Bytes of a batch in it; the topics' `max.message.bytes` is no less."),
  commitsPerSecond: limit('commitsPerSecond', 'How often a task commits its offsets, for lag tools, at most.'),
  mostTopics: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Topics that the brokers have room for, those of others too; where absent by the profile: event-hubs 10, as a namespace of the tier Standard, else any number. A Premium namespace has 100 a processing unit.',
    ),
  tls,
  sasl,
});
