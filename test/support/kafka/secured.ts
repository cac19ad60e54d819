/** Brokers that let nobody in without credentials, or without TLS. */
import { distribution } from './distribution.ts';
import { KafkaBroker } from './broker.ts';
import type { Certificates } from './certificates.ts';
import { succeed } from './programs.ts';
import type { TokenIssuer } from './token-issuer.ts';

export const user = { username: 'millrace', password: 'hush-hush' } as const;

const protocol = (name: string): string =>
  `listener.security.protocol.map=CLIENT:${name},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`;

const login = (mechanism: string, module: string, more = ''): string =>
  `listener.name.client.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.${module} required${more};`;

const store = (certificates: Certificates): string[] => [
  'ssl.keystore.type=PEM',
  `ssl.keystore.location=${certificates.store}`,
  'ssl.truststore.type=PEM',
  `ssl.truststore.location=${certificates.ca}`,
];

/** SASL_SSL with PLAIN and SCRAM for one user. */
export async function startWithPasswords(certificates: Certificates): Promise<KafkaBroker> {
  const broker = await KafkaBroker.start({
    properties: [
      protocol('SASL_SSL'),
      'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      login('plain', 'plain.PlainLoginModule', ` user_${user.username}="${user.password}"`),
      login('scram-sha-256', 'scram.ScramLoginModule'),
      login('scram-sha-512', 'scram.ScramLoginModule'),
      ...store(certificates),
    ],
  });
  // One at a time: a request may name a user once.
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) await addSecret(broker, mechanism);
  return broker;
}

async function addSecret(broker: KafkaBroker, mechanism: string): Promise<void> {
  const tool = ['-cp', (await distribution()).classpath, 'kafka.admin.ConfigCommand'];
  const secret = `${mechanism}=[password=${user.password}]`;
  const what = ['--alter', '--add-config', secret, '--entity-type', 'users', '--entity-name', user.username];
  await succeed('java', ...tool, '--bootstrap-server', ...broker.internalBrokers(), ...what);
}

/** SSL, for whoever shows a certificate of the same authority. */
export const startWithCertificates = (certificates: Certificates): Promise<KafkaBroker> =>
  KafkaBroker.start({ properties: [protocol('SSL'), 'ssl.client.auth=required', ...store(certificates)] });

/** SASL_PLAINTEXT with OAUTHBEARER, verified by Kafka's own validator; who is in has to say who it is again and again. */
export function startWithTokens(issuer: TokenIssuer, audience: string, session_ms: number): Promise<KafkaBroker> {
  const handler = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler';
  return KafkaBroker.start({
    java: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${issuer.url}`],
    properties: [
      protocol('SASL_PLAINTEXT'),
      'sasl.enabled.mechanisms=OAUTHBEARER',
      login('oauthbearer', 'oauthbearer.OAuthBearerLoginModule'),
      `listener.name.client.oauthbearer.sasl.server.callback.handler.class=${handler}`,
      `listener.name.client.oauthbearer.connections.max.reauth.ms=${session_ms}`,
      `sasl.oauthbearer.jwks.endpoint.url=${issuer.url}`,
      `sasl.oauthbearer.expected.audience=${audience}`,
      `sasl.oauthbearer.expected.issuer=${issuer.url}`,
    ],
  });
}

/** SASL_PLAINTEXT with PLAIN for one user, who may do nothing until somebody gives it a right. */
export const startWithRights = (): Promise<KafkaBroker> =>
  KafkaBroker.start({
    properties: [
      protocol('SASL_PLAINTEXT'),
      'sasl.enabled.mechanisms=PLAIN',
      login('plain', 'plain.PlainLoginModule', ` user_${user.username}="${user.password}"`),
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users=User:ANONYMOUS',
    ],
  });
