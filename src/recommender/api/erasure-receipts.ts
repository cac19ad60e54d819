/** Receipts of erasures: sealed, so that nobody has to keep whom they are about. */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { z } from 'zod';

const receipt = z.strictObject({
  tenant: z.string(),
  userId: z.string(),
  partition: z.int().min(0),
  offset: z.int().min(0),
  /** Wall clock. */
  at: z.number(),
  /** Whether the orders go too; absent where they stay. */
  orders: z.literal('remove').optional(),
});
/** Who was erased, and where the event that says so stands. */
export type Receipt = z.infer<typeof receipt>;

/** Characters of a sealed receipt at most: of the longest id, each character of which is escaped. */
export const maxReceiptLength = 4_096;

const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';

export class ErasureReceipts {
  readonly #own: Seal;
  readonly #known: readonly Seal[];

  /**
   * @param secret of the servers that are to read each other's receipts
   * @param former those that were it before: receipts that were sealed with one of them can still be read
   */
  constructor(secret: string, former: readonly string[] = []) {
    this.#own = sealOf(secret);
    this.#known = [this.#own, ...former.map(sealOf)];
  }

  /**
   * The same for the same erasure: the nonce is of the text, so no two texts share one but by a collision of 96 bits.
   * None begins with a dash, which a command line would take for an option.
   */
  seal(about: Receipt): string {
    const { key, nonceKey } = this.#own;
    const text = JSON.stringify(about);
    let nonce = nonceOf(nonceKey, text);
    while (nonce.toString('base64url').startsWith('-')) nonce = nonceOf(nonceKey, nonce);
    const sealing = createCipheriv(cipher, key, nonce);
    return Buffer.concat([nonce, sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** Undefined for what no server with one of these secrets has sealed. */
  open(sealed: string): Receipt | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    for (const { key } of this.#known) {
      const text = opened(bytes, key);
      if (text !== undefined) return receipt.parse(JSON.parse(text));
    }
    return undefined;
  }
}

/** The keys that are derived from a secret. */
interface Seal {
  readonly key: Buffer;
  readonly nonceKey: Buffer;
}

const sealOf = (secret: string): Seal => ({
  key: createHmac('sha256', secret).update('erasure: key').digest(),
  nonceKey: createHmac('sha256', secret).update('erasure: nonce').digest(),
});

const nonceOf = (key: Buffer, of: string | Buffer): Buffer =>
  createHmac('sha256', key).update(of).digest().subarray(0, nonceBytes);

function opened(bytes: Buffer, key: Buffer): string | undefined {
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  opening.setAuthTag(bytes.subarray(-tagBytes));
  const text = opening.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8');
  try {
    return text + opening.final('utf8');
  } catch {
    return undefined; // forged, or of another secret: which of both is nobody's business
  }
}
