/**
 * Time and units. A flavoured number accepts a plain one but never another flavour,
 * so an offset cannot be passed where milliseconds are meant, and no cast is needed.
 */
export type Flavour<Base, Name extends string> = Base & { readonly __flavour?: Name };

/** Milliseconds: a duration, or an instant since the Unix epoch. */
export type Millis = Flavour<number, 'milliseconds'>;

/** A duration as it is. */
export const milliseconds = (count: number): Millis => count;
/** A duration, from a number of seconds. */
export const seconds = (count: number): Millis => count * 1_000;
/** A duration, from a number of minutes. */
export const minutes = (count: number): Millis => count * 60_000;
/** A duration, from a number of hours. */
export const hours = (count: number): Millis => count * 3_600_000;
/** A duration, from a number of days of 24 hours; days of a calendar are `calendar` windows. */
export const days = (count: number): Millis => count * 86_400_000;
