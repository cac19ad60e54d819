/** What a broker's error code means for who asked. */
import protocolErrors from 'kafkajs/src/protocol/error.js';
import { MillraceError, Unavailable } from '../../errors.ts';

/** A broker has answered with an error that may pass: the engine waits and tries again. */
export class BrokerUnable extends Unavailable {
  readonly reason: string;
  constructor(reason: string, what: string, remedy: string) {
    super(what, remedy);
    this.reason = reason;
  }

  /** Whether somebody has to give us a right, or valid credentials. */
  get isDenial(): boolean {
    return /AUTHORIZATION_FAILED|AUTHENTICATION_FAILED/.test(this.reason);
  }
}

/** A broker has answered with an error that does not pass by itself. */
export class BrokerRefused extends MillraceError {
  readonly code = 'BROKER_REFUSED';
  readonly reason: string;
  constructor(reason: string, what: string, remedy: string) {
    super(what, remedy);
    this.reason = reason;
  }
}

/** The log was used after `close()`. */
export class LogClosed extends MillraceError {
  readonly code = 'LOG_CLOSED';
  constructor() {
    super('The connection to the log is closed', 'Open it again, or end what uses it before it is closed');
  }
}

/** A topic that the broker would not create. */
export class InvalidTopic extends MillraceError {
  readonly code = 'INVALID_TOPIC';
}

/** The codes that the adapter treats in a way of their own. */
export const Code = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  messageTooLarge: 10,
  invalidTopic: 17,
  recordListTooLarge: 18,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  clusterAuthorizationFailed: 31,
  unsupportedVersion: 35,
  topicAlreadyExists: 36,
  invalidPartitions: 37,
  invalidConfig: 40,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  unknownProducerId: 59,
  producerFenced: 90,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** Newer than kafkajs's table. */
const newer: ReadonlyMap<number, string> = new Map([
  [89, 'THROTTLING_QUOTA_EXCEEDED'],
  [Code.producerFenced, 'PRODUCER_FENCED'],
  [Code.unknownTopicId, 'UNKNOWN_TOPIC_ID'],
  [Code.inconsistentTopicId, 'INCONSISTENT_TOPIC_ID'],
]);

const denied: ReadonlySet<number> = new Set([
  Code.topicAuthorizationFailed,
  Code.groupAuthorizationFailed,
  Code.clusterAuthorizationFailed,
  53, // TRANSACTIONAL_ID_AUTHORIZATION_FAILED
  58, // SASL_AUTHENTICATION_FAILED
]);

/** Our request or the records in it are at fault: it would be refused again. */
const refused: ReadonlySet<number> = new Set([
  17, // INVALID_TOPIC_EXCEPTION
  21, // INVALID_REQUIRED_ACKS
  24, // INVALID_GROUP_ID
  28, // INVALID_COMMIT_OFFSET_SIZE
  32, // INVALID_TIMESTAMP
  33, // UNSUPPORTED_SASL_MECHANISM
  34, // ILLEGAL_SASL_STATE
  35, // UNSUPPORTED_VERSION
  37, // INVALID_PARTITIONS
  38, // INVALID_REPLICATION_FACTOR
  40, // INVALID_CONFIG
  42, // INVALID_REQUEST
  43, // UNSUPPORTED_FOR_MESSAGE_FORMAT
  44, // POLICY_VIOLATION
  76, // UNSUPPORTED_COMPRESSION_TYPE
  87, // INVALID_RECORD
]);

/** Kafka's name of an error code. */
export function nameOf(code: number): string {
  if (code === Code.none) return 'NONE';
  return newer.get(code) ?? protocolErrors.createErrorFromCode(code).type;
}

/** What to throw for a code; `what` says what was asked for, and of whom. */
export function failureOf(code: number, what: string): BrokerUnable | BrokerRefused {
  const name = nameOf(code);
  const message = `The broker answers ${name} (${code}) to ${what}`;
  if (denied.has(code))
    return new BrokerUnable(name, message, 'Give the client back the right to it: what waits goes on by itself');
  if (refused.has(code))
    return new BrokerRefused(name, message, 'Mend the configuration of the broker, or report a defect of Millrace');
  return new BrokerUnable(name, message, 'It is tried again until it succeeds; look at the broker if it goes on');
}
