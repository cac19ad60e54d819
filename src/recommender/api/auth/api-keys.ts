/** API keys: drawn at random, shown once, and known from then on by their hash alone. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isTenant } from '../../domain/tenant.ts';
import { id as userId } from '../wire.ts';
import { type Caller, roles } from './caller.ts';

/** Nobody guesses 256 bits, so that a plain hash of them is enough. */
const idBytes = 6;
const secretBytes = 32;

/** What is kept of a key. */
export const apiKey = z
  .strictObject({
    version: z.literal(1),
    id: z.string().regex(/^[0-9a-f]{12}$/),
    /** For people. */
    name: z.string().max(200),
    role: z.enum(roles),
    tenant: z.string().refine(isTenant, 'a tenant has 1 to 63 lower-case letters, digits and dashes'),
    /** Whom the key of a shopper acts for. */
    userId: userId.optional(),
    /** SHA-256 of the secret. */
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().optional(),
  })
  .refine(
    key => (key.role === 'shopper') === (key.userId !== undefined),
    'a shopper has a user, and nobody else has one',
  )
  .refine(
    ({ role, tenant }) => (role !== 'admin' && role !== 'monitor') || tenant === '',
    'an admin, and who monitors, is of the whole and of no tenant',
  );

export type ApiKey = z.infer<typeof apiKey>;

/** A key as it was presented. */
export interface PresentedKey {
  readonly id: string;
  readonly secret: string;
}

const form = /^mrk_([0-9a-f]{12})_([\w-]{43})$/;

/** Undefined for what has not the form of a key. */
export function presentedKey(text: string): PresentedKey | undefined {
  const [, id, secret] = form.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** A new key: what is kept of it, and the text that its holder presents. */
export function drawKey(
  about: Pick<ApiKey, 'name' | 'role' | 'tenant' | 'userId' | 'createdAt' | 'expiresAt'>,
  random: (bytes: number) => Buffer = randomBytes,
): { readonly key: ApiKey; readonly text: string } {
  const [id, secret] = [random(idBytes).toString('hex'), random(secretBytes).toString('base64url')];
  const key = apiKey.parse({ version: 1, id, ...about, hash: digestOf(secret).toString('hex') });
  return { key, text: `mrk_${id}_${secret}` };
}

/** Compared in a time that tells nothing; also of a key that there is not. */
export function isGenuine(key: ApiKey | undefined, { secret }: PresentedKey, now: number): key is ApiKey {
  const isSame = timingSafeEqual(digestOf(secret), key === undefined ? nothing : Buffer.from(key.hash, 'hex'));
  if (key === undefined || !isSame) return false;
  return key.expiresAt === undefined || now < Date.parse(key.expiresAt);
}

export const callerOf = ({ role, tenant, userId: user }: ApiKey): Caller => ({ role, tenant, userId: user });

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const nothing = Buffer.alloc(32);
