/** A figure that sizing answers, and where it comes from. */

export type Part = 'log' | 'engine' | 'server' | 'documents' | 'snapshots';

export interface Figure {
  /** For programs: stays as it is. */
  readonly name: string;
  readonly part: Part;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Results in bench/results, published limits, or settings. */
  readonly from: string;
  /** What `value` has been multiplied by to be on the safe side; 1 where by nothing. */
  readonly safety: number;
}

/** A figure as so much, and so much more for each of each thing: a plane through measured points. */
export interface Plane {
  readonly coefficients: Readonly<Record<string, number>>;
  /** How far the points that it goes through are from it at most, as a share. */
  readonly residual: number;
  /** The same of points that it does not go through. */
  readonly heldOut: number;
  readonly from: string;
}

/** `base` is what there is without anything. @throws {TypeError} where a thing is not said */
export function valueOf({ coefficients }: Plane, things: Readonly<Record<string, number>>): number {
  return Object.entries(coefficients).reduce((sum, [name, each]) => {
    const many = name === 'base' ? 1 : things[name];
    if (many === undefined) throw new TypeError(`The plane needs '${name}'`);
    return sum + each * many;
  }, 0);
}
