/** Places of the loop as they stand while nothing runs there: kept, and copied for whoever works in them. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { containers } from '../../../src/documents/cosmos/containers.ts';
import { makeContainers } from '../cosmos/place.ts';
import { type FixtureProcess, startFixtureProcess } from '../cosmos/process.ts';
import type { LoopPlace } from './place.ts';
import { makeTopics } from './run.ts';

export interface KeptPlace {
  readonly data: string;
  /** Where the documents are, if not in the folder. */
  readonly cosmos: FixtureProcess | undefined;
}

export interface WorkingPlace extends AsyncDisposable {
  readonly place: LoopPlace;
  readonly cosmos: FixtureProcess | undefined;
}

/** All of them in one folder. */
export class LoopPlaces {
  readonly #folder: string;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Topics and containers, and nothing in them. */
  async empty(adapter: 'sqlite' | 'cosmos'): Promise<KeptPlace> {
    const data = join(this.#folder, `${adapter}-empty`);
    mkdirSync(data);
    if (adapter === 'sqlite') {
      await makeTopics({ data });
      return { data, cosmos: undefined };
    }
    const cosmos = await startFixtureProcess({ ranges: 3 });
    await makeContainers(
      cosmos,
      containers.map(({ name }) => name),
    );
    await makeTopics({ data, cosmos: { endpoint: cosmos.endpoint, key: cosmos.key } });
    return { data, cosmos };
  }

  async copyOf({ data, cosmos }: KeptPlace): Promise<WorkingPlace> {
    const place = { data: join(this.#folder, String(this.#made++)) };
    cpSync(data, place.data, { recursive: true });
    if (cosmos === undefined) return { place, cosmos, [Symbol.asyncDispose]: async () => {} };
    const own = await startFixtureProcess({ from: cosmos });
    const { endpoint, key } = own;
    return {
      place: { ...place, cosmos: { endpoint, key } },
      cosmos: own,
      [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
    };
  }
}
