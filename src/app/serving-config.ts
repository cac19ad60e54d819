/** Settings of how lists are served. */
import { z } from 'zod';
import { defaultExploration } from '../recommender/domain/exploration.ts';
import { defaultRemembered_bytes } from '../recommender/api/remembered-answers.ts';
import { defaultMostItems } from '../recommender/api/item-vectors.ts';
import { defaultMostUsers } from '../recommender/api/users.ts';
import { secret } from './secret.ts';
import { textList } from './text-list.ts';

const { slots, share, newBelow } = defaultExploration;
/** Of a key that signs; a short one could be tried out. */
const keyText = () => z.string().min(16).max(1_000);
/** More than two are at work only where keys are changed faster than receipts are asked for. */
const mostFormerKeys = 10;
/** Half of what a table of the language holds. */
const mostHeld = 8_000_000;
/** The first page has ten places, and its first is never explored. */
const mostSlots = 9;

export const servingSection = z.strictObject({
  exploration: z.strictObject({
    slots: z
      .int()
      .min(0)
      .max(mostSlots)
      .default(slots)
      .describe('Places, the last of the first ten of a personal list, that new items may take; 0 explores nothing.'),
    share: z
      .number()
      .min(0)
      .max(1)
      .default(share)
      .describe('Probability with which such a place goes to a new item; drawn by user and day.'),
    newBelow: z
      .int()
      .min(1)
      .max(1e6)
      .default(newBelow)
      .describe('An item of the catalogue with fewer events than this is new.'),
  }),
  remembered_bytes: z
    .int()
    .min(0)
    .max(2 ** 34)
    .default(defaultRemembered_bytes)
    .describe(
      'Memory, estimated, for answers that are given again while the list and the catalogue behind them stay as they are; 0 makes each answer anew.',
    ),
  mostItems: z
    .int()
    .min(1)
    .max(mostHeld)
    .default(defaultMostItems)
    .describe(
      'Items of a tenant that are held in memory, with their vectors; with more of them, what needs all items is refused, or left out of lists.',
    ),
  mostUsers: z
    .int()
    .min(1)
    .max(mostHeld)
    .default(defaultMostUsers)
    .describe('Users of a tenant that are held in memory to be searched; with more of them the search is refused.'),
  listKey: secret(
    keyText()
      .optional()
      .describe(
        'What signs the ids of lists, the same for all servers that are to know each other’s lists; where absent it is drawn at the start, and a list that another run answered cannot be reported as shown.',
      ),
  ),
  formerListKeys: secret(
    textList(keyText(), mostFormerKeys).describe(
      'What `serving.listKey` was before: lists and receipts of erasures that were signed with one of them are still known, so that the key is changed without a loss; joined by commas where it is a text.',
    ),
  ),
});
