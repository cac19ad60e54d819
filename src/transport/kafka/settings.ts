/** What can be said about a broker, as names and plain data: crosses threads, and loads no client. */
import type { Compression, LimitSettings, ProfileName } from './profiles.ts';

export const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;
export type Mechanism = (typeof mechanisms)[number];

/** How connections to brokers are encrypted. */
export interface TlsSettings {
  readonly enabled?: boolean | undefined;
  /** Files in PEM. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the broker's certificate, where it is not that of its address. */
  readonly serverName?: string | undefined;
}

/** Who the process is to the brokers. */
export interface SaslSettings {
  readonly mechanism?: Mechanism | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly connectionString?: string | undefined;
  readonly connectionStringFile?: string | undefined;
  /** What a token of Entra ID is for; made of the namespace where absent. */
  readonly scope?: string | undefined;
}

/** Where the brokers are, of what kind, and how they are spoken to. */
export interface KafkaSettings extends LimitSettings {
  readonly brokers: readonly string[];
  readonly profile: ProfileName;
  readonly clientId: string;
  readonly compression?: Compression | undefined;
  /** Topics that there is room for; by the profile where absent. */
  readonly mostTopics?: number | undefined;
  readonly tls: TlsSettings;
  readonly sasl: SaslSettings;
}
