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
  readonly #key: Buffer;
  readonly #nonceKey: Buffer;

  /** @param secret of the servers that are to read each other's receipts */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('erasure: key').digest();
    this.#nonceKey = createHmac('sha256', secret).update('erasure: nonce').digest();
  }

  /** The same for the same erasure: the nonce is of the text, so no two texts share one but by a collision of 96 bits. */
  seal(about: Receipt): string {
    const text = JSON.stringify(about);
    const nonce = createHmac('sha256', this.#nonceKey).update(text).digest().subarray(0, nonceBytes);
    const sealing = createCipheriv(cipher, this.#key, nonce);
    return Buffer.concat([nonce, sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** Undefined for what no server with this secret has sealed. */
  open(sealed: string): Receipt | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    opening.setAuthTag(bytes.subarray(-tagBytes));
    let text = opening.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8');
    try {
      text += opening.final('utf8');
    } catch {
      return undefined; // forged, or of another secret: which of both is nobody's business
    }
    return receipt.parse(JSON.parse(text));
  }
}
