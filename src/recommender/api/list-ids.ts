/** Identity of an answered list: says how the list was made, and proves to its server that it was answered so. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is answered of a list, and what is known of it when it is reported as shown. */
export interface ListOrigin {
  /** What made it: an arm of an experiment, or the fallback that its reason names. */
  readonly policy: string;
  /** Of the model behind it; 0 where there is none. */
  readonly generation: number;
  readonly number: number;
  /** For each item the probability with which it stands where it does. */
  readonly propensities: readonly number[];
}

/** What the proof covers beside the origin. */
export interface ListContent {
  /** Whose list it is; empty for a list that is everybody's. */
  readonly user: string;
  readonly items: readonly string[];
}

/** `live~1.42~9:0.9~MAC`: the propensities name the places whose probability is not 1. */
const form = /^(?<policy>[a-z]+)~(?<generation>\d{1,10})\.(?<number>\d{1,15})~(?<odds>[\d:.,e-]*)~(?<mac>[\w-]{22})$/;
const macBytes = 16;

export class ListIds {
  readonly #key: string;
  readonly #known: readonly string[];

  /**
   * @param key secret of the servers that are to know each other's lists
   * @param former those that were it before: lists that were answered under one of them are still known
   */
  constructor(key: string, former: readonly string[] = []) {
    this.#key = key;
    this.#known = [key, ...former];
  }

  /** The same for the same list, whenever it is answered. */
  idOf(origin: ListOrigin, content: ListContent): string {
    const head = headOf(origin);
    return `${head}~${macOf(this.#key, head, content).toString('base64url')}`;
  }

  /** How the list of this id was made; undefined where it is not an answer of a server with one of these keys. */
  originOf(listId: string, content: ListContent): ListOrigin | undefined {
    const found = form.exec(listId)?.groups;
    if (found === undefined) return undefined;
    const { policy = '', generation = '', number = '', odds = '', mac = '' } = found;
    const head = listId.slice(0, -mac.length - 1);
    const given = Buffer.from(mac, 'base64url');
    const isKnown = (key: string): boolean => timingSafeEqual(given, macOf(key, head, content));
    if (given.length !== macBytes || !this.#known.some(isKnown)) return undefined;
    const propensities = content.items.map(() => 1);
    for (const [place, probability] of pairsIn(odds)) propensities[place] = probability;
    return { policy, generation: Number(generation), number: Number(number), propensities };
  }
}

const macOf = (key: string, head: string, { user, items }: ListContent): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([head, user, items]))
    .digest()
    .subarray(0, macBytes);

/** A number's shortest decimal form reads back as the same number. */
function headOf({ policy, generation, number, propensities }: ListOrigin): string {
  const odds = [...propensities.entries()].filter(([, probability]) => probability !== 1);
  return `${policy}~${generation}.${number}~${odds.map(pair => pair.join(':')).join(',')}`;
}

const pairsIn = (odds: string): (readonly [number, number])[] =>
  odds === ''
    ? []
    : odds.split(',').map(pair => {
        const [place = '', probability = ''] = pair.split(':');
        return [Number(place), Number(probability)];
      });
