import { roundHalfEven } from '../../rounding.ts';
import { exactLimit } from '../../widths.ts';
import { isEmpty, rowNumber } from '../checks.ts';
import { panelWidth } from '../factor-matrix.ts';
import { greatestSquares, rowFailure } from '../failures.ts';
import type { Blocks } from '../kernel.ts';
import { powerOfTwo } from '../powers.ts';
import { checkGrid, eachEntry, held } from './sums.ts';
import { factorised } from './solve.ts';

/** Residuals are integers in units of 2^-12, or of the prediction where that is coarser. */
export const residualBits = 12;

/** One half iteration of iALS++, row by row. */
export function sweepBlocks(batch: Blocks): number {
  const { entries, from, into, rows } = batch;
  checkGrid(from);
  checkGrid(into);
  const greatest = greatestSquare(batch);
  let saturations = 0;
  for (let row = 0; row < entries.rows; row++) {
    const x = into.row(rowNumber(rows, row));
    if (isEmpty(entries, row)) x.fill(0);
    else saturations += new RowSweep(batch, row, x, greatest).sweep();
  }
  return saturations;
}

/** The greatest squared length among the neighbours' rows. */
function greatestSquare({ from }: Blocks): number {
  let greatest = 0;
  for (let row = 0; row < from.rows; row++) greatest = Math.max(greatest, squaredLength(from.row(row)));
  return greatest;
}

export const squaredLength = (x: Int16Array): number => x.reduce((sum, value) => sum + value * value, 0);

/** A row's predictions follow its blocks: they are summed once, then brought on by what a block moved. */
class RowSweep {
  readonly #batch: Blocks;
  readonly #row: number;
  readonly #x: Int16Array;
  readonly #greatest: number;
  /** x . y of each slot. */
  readonly #predictions = new Map<number, number>();

  constructor(batch: Blocks, row: number, x: Int16Array, greatest: number) {
    this.#batch = batch;
    this.#row = row;
    this.#x = x;
    this.#greatest = greatest;
  }

  sweep(): number {
    this.#checkLength();
    this.#predict(0, this.#x);
    let saturations = 0;
    for (let from = 0; from < this.#x.length; from += panelWidth) {
      const width = Math.min(panelWidth, this.#x.length - from);
      const system = this.#system(from, width);
      factorised(system, width, this.#row);
      const before = this.#x.slice(from, from + width);
      saturations += this.#step(from, width, system);
      this.#checkLength();
      this.#predict(
        from,
        before.map((value, a) => (this.#x[from + a] ?? NaN) - value),
      );
    }
    return saturations;
  }

  /** Adds the product of a few columns to the predictions. */
  #predict(from: number, moved: ArrayLike<number>): void {
    const { values, stride } = this.#batch.from;
    eachEntry(this.#batch.entries, this.#row, (neighbour, _weight, _target, slot) => {
      let sum = this.#predictions.get(slot) ?? 0;
      for (let a = 0; a < moved.length; a++) sum += (moved[a] ?? NaN) * (values[neighbour * stride + from + a] ?? NaN);
      this.#predictions.set(slot, sum);
    });
  }

  /** The system of one block: what its columns have to change by. */
  #system(from: number, width: number): Float64Array {
    const { gram, shared, diagonal, into, exponent } = this.#batch;
    const system = this.#sums(from, width);
    const shift = exponent - Math.min(residualBits, exponent);
    const regularisation = diagonal[this.#row] ?? NaN;
    const k = into.width;
    const scale = powerOfTwo(shift);
    for (let a = 0; a < width; a++) {
      const start = a * (width + 1);
      let pull = 0;
      for (let t = 0; t < k; t++) pull += (this.#x[t] ?? NaN) * symmetric(gram, k, t, from + a);
      for (let b = a; b < width; b++)
        system[start + b] = (system[start + b] ?? NaN) + shared * symmetric(gram, k, from + a, from + b);
      system[start + a] = (system[start + a] ?? NaN) + regularisation;
      const right = (system[start + width] ?? NaN) * scale;
      system[start + width] = right - (shared * pull + regularisation * (this.#x[from + a] ?? NaN));
    }
    return system;
  }

  /** Sum of w y y' and of w * residual * y over the columns of a block; the residuals class by class. */
  #sums(from: number, width: number): Float64Array {
    const { entries, exponent } = this.#batch;
    const { values, stride } = this.#batch.from;
    const system = new Float64Array(width * (width + 1));
    const ofClass = new Float64Array(width);
    let current = 0;
    const endClass = (): void => {
      for (let a = 0; a < width; a++) {
        const at = a * (width + 1) + width;
        system[at] = (system[at] ?? NaN) + current * (ofClass[a] ?? NaN);
      }
      ofClass.fill(0);
    };
    eachEntry(entries, this.#row, (neighbour, weight, target, slot) => {
      if (weight !== current) endClass();
      current = weight;
      const left = residual(this.#predictions.get(slot) ?? NaN, target, exponent);
      for (let a = 0; a < width; a++) {
        const y = values[neighbour * stride + from + a] ?? NaN;
        ofClass[a] = (ofClass[a] ?? NaN) + left * y;
        for (let b = a; b < width; b++) {
          const at = a * (width + 1) + b;
          system[at] = (system[at] ?? NaN) + weight * y * (values[neighbour * stride + from + b] ?? NaN);
        }
      }
    });
    endClass();
    for (let a = 0; a < width; a++)
      if (!((system[a * (width + 2)] ?? NaN) <= exactLimit)) throw rowFailure('gram', this.#row);
    return system;
  }

  #step(from: number, width: number, system: Float64Array): number {
    let saturations = 0;
    for (let a = 0; a < width; a++) {
      const old = this.#x[from + a] ?? NaN;
      const wished = old + held(roundHalfEven(system[a * (width + 1) + width] ?? NaN));
      if (held(wished) !== wished) saturations++;
      this.#x[from + a] = held(wished);
    }
    return saturations;
  }

  #checkLength(): void {
    if (!(squaredLength(this.#x) * this.#greatest <= greatestSquares)) throw rowFailure('dot', this.#row);
  }
}

/**
 * target - prediction in units of 2^-bits: the prediction is rounded half up and held within 16 bits, as is what is left.
 */
export function residual(prediction: number, target: number, exponent: number): number {
  const bits = Math.min(residualBits, exponent);
  const rounded = Math.floor(prediction / powerOfTwo(exponent - bits) + 0.5);
  return held(target * powerOfTwo(bits) - Math.max(-32768, Math.min(32767, rounded)));
}

const symmetric = (gram: Float64Array, k: number, a: number, b: number): number =>
  gram[a <= b ? a * k + b : b * k + a] ?? NaN;
