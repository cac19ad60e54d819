/** Which process owns a task, and where it answers: one document a task, that only a greater fence replaces. */
import { z } from 'zod';
import { ConditionFailed, type DocumentKey, type Documents } from '../../documents/port.ts';

export interface Owner {
  readonly task: string;
  /** Under which the owner writes. */
  readonly fence: number;
  /** Where its process answers, such as `http://10.0.0.7:8081`. */
  readonly address: string;
}

const body = z.object({ task: z.string(), fence: z.int(), address: z.string() });

/** Somebody else changes the document at the same moment so often at most. */
const mostAttempts = 5;

export class Owners {
  readonly #documents: Pick<Documents, 'get' | 'put'>;
  readonly #namespace: string;

  /** A namespace has tasks, journals and fences of its own, whose names are those of the others. */
  constructor(documents: Pick<Documents, 'get' | 'put'>, namespace: string) {
    this.#documents = documents;
    this.#namespace = namespace;
  }

  /** Who said last that it owns the task; whether it still does only the journal's fence can say. */
  async find(task: string): Promise<Owner | undefined> {
    const found = await this.#documents.get(this.#keyOf(task));
    return found && body.parse(found.body);
  }

  /** Says where the owner answers; answers false, and changes nothing, where a greater fence has said so already. */
  async tell(owner: Owner): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.#documents.get(this.#keyOf(owner.task));
      const known = found && body.parse(found.body);
      if (known !== undefined && known.fence > owner.fence) return false;
      if (known?.fence === owner.fence && known.address === owner.address) return true;
      try {
        await this.#documents.put(this.#keyOf(owner.task), { ...owner }, found === undefined ? 'absent' : found);
        return true;
      } catch (error) {
        if (!(error instanceof ConditionFailed) || attempt === mostAttempts) throw error;
      }
    }
  }

  #keyOf(task: string): DocumentKey {
    return { collection: ownersCollection, partition: this.#namespace, id: task };
  }
}

export const ownersCollection = 'taskOwners';
