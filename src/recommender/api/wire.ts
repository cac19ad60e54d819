/** What goes over the wire: the schemas that validate requests are those that `/openapi.json` shows. */
import { z } from 'zod';
import { maxIdLength } from '../domain/validate.ts';
import { reasons } from './stored.ts';

/** Bytes of a request's body at most. */
export const bodyLimit = 16 * 1024;
/** Items of a list at most. */
export const mostListed = 100;

/** Of a user, an item or an event. */
export const id = z
  .string()
  .min(1)
  .max(maxIdLength)
  .refine(text => text.isWellFormed() && !controls.test(text), 'holds control characters or broken Unicode');
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const controls = /[\u0000-\u001f\u007f]/;

export const byId = z.strictObject({ id });
export const listQuery = z.strictObject({ n: z.coerce.number().int().min(1).max(mostListed).default(10) });
export const nothing = z.strictObject({});

export const ratingBody = z.strictObject({
  userId: id,
  itemId: id,
  value: z.number().describe('Stars from 0.5 to 5 in halves; the quantity of an order or return; 1 of a view'),
  kind: z.enum(['rating', 'order', 'view', 'return']).default('rating'),
  eventId: id.optional().describe('Sent twice with one id, an event counts once; drawn where absent'),
  at: z.iso.datetime({ offset: true }).optional().describe('When it happened; now where absent'),
});

export const listedItem = z.object({
  itemId: z.string(),
  title: z.string(),
  genres: z.array(z.string()),
  score: z.number(),
  reason: z.enum(reasons),
});
export const bareList = z.array(listedItem);
export const envelope = z.object({
  items: bareList,
  reason: z.enum(reasons),
  modelVersion: z.string().nullable().describe('generation.number of the model; null where none is behind the list'),
  generatedAt: z.iso.datetime().nullable().describe('Event time as of which the list holds'),
  ageMs: z.number().min(0).nullable().describe('Milliseconds since then'),
});
export const accepted = z.object({
  eventId: z.string(),
  topic: z.string(),
  partition: z.int().min(0),
  offset: z.int().min(0),
});
export const health = z.object({ ok: z.boolean(), why: z.string().optional() });
/** RFC 9457, with a stable code for programs. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
});
export type Problem = z.infer<typeof problem>;
