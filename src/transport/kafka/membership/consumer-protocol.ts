/**
 * What members tell and are told, in the format of Kafka's consumers, so that every tool that describes a group can read
 * its topics and partitions; what is ours travels as user data.
 */
import kafkajs from 'kafkajs';
import { z } from 'zod';
import type { Assignment, Claims } from '../../../engine/assignment/claims.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

/** Of the consumer's protocol: the one without anything that we do not use. */
const version = 0;

const partitions = z.array(z.int()).readonly();

/** Field by field as in `Claims`, without the member, which the broker names. */
const claims = z.object({
  worker: z.string(),
  tasks: z.int(),
  graph: z.string(),
  generation: z.int(),
  runs: partitions,
  ran: partitions,
  warm: z.array(z.object({ partition: z.int(), epoch: z.int() })).readonly(),
  standbys: z.int(),
  load: z.int(),
  first: z.int(),
  tookPart: z.boolean(),
  holdsBack: z.boolean(),
});

const assignment = z.object({
  run: partitions,
  standby: partitions,
  refused: z.string().nullable(),
  waits: z.string().nullable(),
  heldBack: z.boolean(),
  /** A leader of the first release says nothing of it. */
  awaited: z.boolean().default(false),
});

export type Told = Omit<Claims, 'member'>;

export const encodeClaims = (told: Told, topics: readonly string[]): Buffer =>
  MemberMetadata.encode({ version, topics: [...topics], userData: Buffer.from(JSON.stringify(told)) });

/** Undefined for what is not from a release that this one understands. */
export const decodeClaims = (bytes: Buffer): Told | undefined =>
  read(claims, () => MemberMetadata.decode(bytes)?.userData);

/** `places` are the partitions that the tasks read. */
export const encodeAssignment = (told: Assignment, places: Readonly<Record<string, number[]>>): Buffer =>
  MemberAssignment.encode({ version, assignment: { ...places }, userData: Buffer.from(JSON.stringify(told)) });

export const decodeAssignment = (bytes: Buffer): Assignment | undefined =>
  read(assignment, () => MemberAssignment.decode(bytes)?.userData);

function read<T>(schema: z.ZodType<T>, userData: () => Buffer | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(userData()?.toString() ?? 'null')).data;
  } catch {
    return undefined; // the caller says of whom it could not be read
  }
}
