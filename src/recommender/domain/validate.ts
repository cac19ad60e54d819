/** What an event must be like to count. Pure: every reader applies it, `intake` alone reports what it finds. */
import type { EventKind, Exposure, Item, Rating } from '../../../schemas/types.ts';
import { deletedRating } from '../../als/index.ts';
import { isTenant } from './tenant.ts';

/** Longest id, in UTF-16 code units. */
export const maxIdLength = 256;
export const maxTitleLength = 1_000;
/** Stars: from, to, in steps of. */
export const scale = { least: 0.5, most: 5, step: 0.5 } as const;
/** Nobody rated anything on line before. */
export const earliest = Date.UTC(1990, 0, 1);
/** How far a clock may be ahead of ours. */
export const aheadMs = 24 * 60 * 60 * 1_000;
const mostQuantity = 1_000_000;
const mostLabels = 100;

/** What is wrong with an event that entered the log at `origin` (wall clock, ms); undefined where it is sound. */
export function invalidRating(event: Rating, origin: number): string | undefined {
  return (
    invalidId('eventId', event.eventId) ??
    invalidTenant(event.tenant) ??
    invalidSubject(event) ??
    invalidValue(event.kind, event.value) ??
    invalidTime(event.time, origin)
  );
}

/** What is wrong with an item; undefined where it is sound. Markup in a title is text like any other. */
export function invalidItem(item: Item, origin: number): string | undefined {
  return (
    invalidTenant(item.tenant) ??
    invalidId('itemId', item.itemId) ??
    invalidText('title', item.title, maxTitleLength) ??
    invalidLabels('genres', item.genres) ??
    invalidLabels('tags', item.tags) ??
    invalidTime(item.time, origin)
  );
}

/** Items that one report of a list may name. */
export const mostShown = 100;
const maxSlotLength = 64;
/** Characters of the id of a list: so many as one with nine explored places has, and room. */
export const maxListIdLength = 500;

/** What is wrong with the report of a list that entered the log at `origin`; undefined where it is sound. */
export function invalidExposure(shown: Exposure, origin: number): string | undefined {
  const { eventId, tenant, userId, sessionId } = shown;
  return (
    invalidId('eventId', eventId) ??
    invalidTenant(tenant) ??
    (userId === '' ? invalidId('sessionId', sessionId) : invalidId('userId', userId)) ??
    invalidText('listId', shown.listId, maxListIdLength) ??
    invalidText('slot', shown.slot, maxSlotLength) ??
    invalidText('policy', shown.policy, maxIdLength) ??
    invalidPlaces(shown) ??
    invalidTime(shown.time, origin)
  );
}

function invalidPlaces({ items, propensity, propensities }: Exposure): string | undefined {
  if (items.length === 0 || items.length > mostShown) return `${items.length} items are not 1 to ${mostShown}`;
  if (propensities.length !== 0 && propensities.length !== items.length)
    return `${propensities.length} propensities are not one for each of ${items.length} items`;
  return firstOf(items, id => invalidId('items', id)) ?? firstOf([propensity, ...propensities], invalidPropensity);
}

function firstOf<T>(values: readonly T[], problemOf: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = problemOf(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const invalidPropensity = (probability: number): string | undefined =>
  probability > 0 && probability <= 1 ? undefined : `propensity ${probability} is not above 0 and at most 1`;

/** Whom and what the event is about: which ids it needs depends on its kind. */
function invalidSubject({ kind, userId, sessionId, itemId }: Rating): string | undefined {
  const user = (): string | undefined => invalidId('userId', userId);
  const session = (): string | undefined => invalidId('sessionId', sessionId);
  if (kind === 'erase' || kind === 'alias') {
    if (itemId !== '') return `itemId of an event of kind ${kind} is not empty`;
    // An alias to oneself would leave nobody.
    const itself = kind === 'alias' && userId === sessionId ? 'sessionId of an alias is its userId' : undefined;
    return kind === 'erase' ? user() : (user() ?? session() ?? itself);
  }
  // An anonymous session stands for its user until an alias names one.
  return (userId === '' && sessionId !== '' ? session() : user()) ?? invalidId('itemId', itemId);
}

function invalidValue(kind: EventKind, value: number): string | undefined {
  if (!Number.isFinite(value)) return `value ${value} is not a finite number`;
  const { isSound, wanted } = values[kind];
  return isSound(value) ? undefined : `value ${value} of an event of kind ${kind} is not ${wanted}`;
}

const isStars = (value: number): boolean =>
  value >= scale.least && value <= scale.most && Number.isInteger(value / scale.step);
const isQuantity = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= mostQuantity;
const quantity = { isSound: isQuantity, wanted: `a quantity of 1 to ${mostQuantity}` };
const nothing = { isSound: (value: number): boolean => value === 0, wanted: '0' };

/** What the value of each kind has to be. */
const values: Record<EventKind, { readonly isSound: (value: number) => boolean; readonly wanted: string }> = {
  rating: {
    isSound: value => isStars(value) || value === deletedRating,
    wanted: `on the scale of ${scale.least} to ${scale.most} stars in steps of ${scale.step}, or ${deletedRating} of one that is deleted`,
  },
  order: quantity,
  return: quantity,
  view: { isSound: value => value === 1, wanted: '1' },
  alias: nothing,
  erase: nothing,
};

function invalidTime(time: number, origin: number): string | undefined {
  if (time < earliest) return `time ${shown(time)} lies before ${shown(earliest)}`;
  if (time > origin + aheadMs) return `time ${shown(time)} lies more than a day after its arrival at ${shown(origin)}`;
  return undefined;
}

const invalidTenant = (tenant: string): string | undefined =>
  isTenant(tenant) ? undefined : 'tenant is not lower-case letters, digits and dashes, 63 at most';

function invalidId(name: string, id: string): string | undefined {
  if (id === '') return `${name} is missing`;
  return invalidText(name, id, maxIdLength) ?? (controls.test(id) ? `${name} holds control characters` : undefined);
}

function invalidLabels(name: string, labels: readonly string[]): string | undefined {
  if (labels.length > mostLabels) return `${labels.length} ${name} are more than ${mostLabels}`;
  return firstOf(labels, label => invalidText(name, label, maxIdLength));
}

function invalidText(name: string, text: string, most: number): string | undefined {
  if (text === '') return `${name} is empty`;
  if (text.length > most) return `${name} has ${text.length} characters, ${most} are allowed`;
  return text.isWellFormed() ? undefined : `${name} is not well-formed Unicode`;
}

// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const controls = /[\u0000-\u001f\u007f]/;

const shown = (time: number): string => (Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : `${time} ms`);
