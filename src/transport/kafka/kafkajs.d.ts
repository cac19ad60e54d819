/** The inner modules of kafkajs (its version is pinned) that the adapter uses, typed as far as it uses them. */

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): { readonly type: string; readonly retriable: boolean } };
  export default errors;
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  /** A request of one version, and how its answer is read. */
  export interface Protocol<Answer> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<{ readonly buffer: Buffer }>;
    };
    readonly response: { decode(payload: Buffer): Promise<Answer>; parse(answer: Answer): Promise<unknown> };
  }

  export interface Definition<Options, Answer> {
    readonly versions: readonly string[];
    protocol(of: { readonly version: number }): (options: Options) => Protocol<Answer>;
  }

  export interface Coded {
    readonly errorCode: number;
  }

  /** As its leader sees it. */
  export interface GroupMember {
    readonly memberId: string;
    readonly memberMetadata: Buffer;
  }

  interface OffsetOf {
    readonly partition: number;
    readonly offset: string;
  }

  const module: {
    readonly requests: {
      readonly ListOffsets: Definition<
        {
          readonly isolationLevel: number;
          readonly topics: readonly {
            readonly topic: string;
            readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
          }[];
        },
        {
          readonly responses: readonly {
            readonly topic: string;
            readonly partitions: readonly (OffsetOf & Coded & { readonly timestamp: string })[];
          }[];
        }
      >;
      readonly OffsetCommit: Definition<
        {
          readonly groupId: string;
          readonly groupGenerationId: number;
          readonly memberId: string;
          readonly topics: readonly { readonly topic: string; readonly partitions: readonly OffsetOf[] }[];
        },
        {
          readonly responses: readonly {
            readonly topic: string;
            readonly partitions: readonly (Coded & { readonly partition: number })[];
          }[];
        }
      >;
      readonly OffsetFetch: Definition<
        { readonly groupId: string; readonly topics: readonly never[] },
        Coded & {
          readonly responses: readonly { readonly topic: string; readonly partitions: readonly (OffsetOf & Coded)[] }[];
        }
      >;
      readonly GroupCoordinator: Definition<
        { readonly groupId: string },
        Coded & { readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number } }
      >;
      readonly JoinGroup: Definition<
        {
          readonly groupId: string;
          readonly sessionTimeout: number;
          readonly rebalanceTimeout: number;
          readonly memberId: string;
          readonly protocolType: string;
          readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
        },
        Coded & {
          readonly generationId: number;
          readonly leaderId: string;
          readonly memberId: string;
          readonly members: readonly GroupMember[];
        }
      >;
      readonly SyncGroup: Definition<
        {
          readonly groupId: string;
          readonly generationId: number;
          readonly memberId: string;
          readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
        },
        Coded & { readonly memberAssignment: Buffer }
      >;
      readonly Heartbeat: Definition<
        { readonly groupId: string; readonly groupGenerationId: number; readonly memberId: string },
        Coded
      >;
      readonly LeaveGroup: Definition<
        {
          readonly groupId: string;
          readonly memberId: string;
          readonly members: readonly { readonly memberId: string }[];
        },
        Coded
      >;
      readonly ApiVersions: Definition<
        void,
        Coded & {
          readonly apiVersions: readonly {
            readonly apiKey: number;
            readonly minVersion: number;
            readonly maxVersion: number;
          }[];
        }
      >;
      readonly CreateTopics: Definition<
        {
          readonly topics: readonly {
            readonly topic: string;
            readonly numPartitions: number;
            readonly replicationFactor: number;
            readonly configEntries: readonly { readonly name: string; readonly value: string }[];
          }[];
          readonly timeout: number;
        },
        { readonly topicErrors: readonly (Coded & { readonly topic: string; readonly errorMessage: string | null })[] }
      >;
      readonly DeleteTopics: Definition<
        { readonly topics: readonly string[]; readonly timeout: number },
        { readonly topicErrors: readonly (Coded & { readonly topic: string })[] }
      >;
      readonly DescribeConfigs: Definition<
        {
          readonly resources: readonly {
            readonly type: number;
            readonly name: string;
            readonly configNames: readonly string[];
          }[];
        },
        {
          readonly resources: readonly (Coded & {
            readonly resourceName: string;
            readonly configEntries: readonly { readonly configName: string; readonly configValue: string | null }[];
          })[];
        }
      >;
      readonly InitProducerId: Definition<
        { readonly transactionalId: null },
        Coded & { readonly producerId: string; readonly producerEpoch: number }
      >;
    };
  };
  export default module;
}

declare module 'kafkajs/src/broker/saslAuthenticator/index.js' {
  import type { Protocol } from 'kafkajs/src/protocol/requests/index.js';

  /** What the authenticators need of a connection. */
  export interface SaslConnection {
    readonly host: string;
    readonly port: number;
    readonly sasl: object & { readonly mechanism: string };
    send(protocol: Protocol<unknown>): Promise<unknown>;
    sendAuthRequest(): Promise<never>;
  }

  export interface SaslLogger {
    namespace(name: string): SaslLogger;
    debug(message: string): void;
    error(message: string): void;
  }

  export default class SASLAuthenticator {
    constructor(
      connection: SaslConnection,
      logger: SaslLogger,
      versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>,
      supportAuthenticationProtocol: boolean,
    );
    /** Milliseconds that the session lives, in digits; '0' without limit. */
    sessionLifetime: string;
    authenticate(): Promise<void>;
  }
}
