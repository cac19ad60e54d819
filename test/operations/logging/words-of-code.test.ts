/** Of errors that others throw, the log tells the words of their program, and nothing of what it was given. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MillraceError } from '../../../src/errors.ts';
import { wordsOfCode } from '../../../src/operations/logging/words-of-code.ts';

class Refused extends MillraceError {
  readonly code = 'REFUSED';
}

class NoPlace extends Error {
  constructor(sensor: string) {
    super(`sensor '${sensor}' names no place`);
  }
}

/** What somebody's operators throw of what they are given. */
const thrown: Readonly<Record<string, readonly [(given: string) => unknown, told: string]>> = {
  'a text alone': [() => new Error('no reading is hotter than a furnace'), 'no reading is hotter than a furnace'],
  'a text with a value': [given => new Error(`sensor '${given}' is unknown, of 17`), "sensor '***' is unknown, of 17"],
  'a text that a class makes of it': [given => new NoPlace(given), '***'],
  'one of ours': [given => new Refused(`No place for ${given}`, 'Mend it'), 'No place for ***'],
  'a sum': [given => new Error('sensor ' + given + ' is unknown'), 'sensor *** is unknown'],
  'a template of a template': [given => new Error(`no ${given === '' ? 'name' : `place ${given}`}!`), 'no ***!'],
  'a text that only looks as if it were made there': [given => new Error(`${given} is no place`.slice(3)), '***'],
  'a value of which the code knows some': [given => new Error(given === 'flu' ? 'flu' : given), '***'],
  'a value alone': [given => new RangeError(given), '***'],
  'something that is no error': [given => given, '***'],
};

/** Says that it has what nobody has put there. */
class Shelf {
  declare readonly place: Readonly<Record<string, string>> & { readonly name: string };
}
const shelf = new Shelf();

/** What V8 throws, at the place that is at fault. */
const faults: Readonly<Record<string, readonly [(given: string) => unknown, told: string]>> = {
  'what is not there': [() => shelf.place.name, "Cannot read properties of undefined (reading 'name')"],
  'a property that a value names': [given => shelf.place[given], "Cannot read properties of undefined (reading '***')"],
  'a date that is none': [given => new Date(given).toISOString(), 'Invalid time value'],
  'a value that is no number': [given => BigInt(`x${given}`), 'Cannot convert *** to a BigInt'],
};

const caught = (fault: () => unknown): unknown => {
  try {
    return fault();
  } catch (error) {
    return error;
  }
};
const told = (error: unknown): string => wordsOfCode(error, error instanceof Error ? error.message : String(error));

/** No such text stands in any code. */
const given = fc.uuid();
const runs = { numRuns: 10 };

describe.for(Object.keys(thrown))('%s', kind => {
  test('is told as far as it stands in the code', () => {
    const [make, expected] = thrown[kind] ?? [];
    const isTold = fc.property(given, value => {
      expect(told(make?.(value))).toBe(expected);
    });
    fc.assert(isTold, runs);
  });
});

describe.for(Object.keys(faults))('of V8’s own: %s', kind => {
  test('is told without what it was given', () => {
    const [fault, expected] = faults[kind] ?? [];
    const isTold = fc.property(given, value => {
      expect(told(caught(() => fault?.(value)))).toBe(expected);
    });
    fc.assert(isTold, runs);
  });
});

test('a message that imitates a stack, or is of code that is not there any more, tells nothing', () => {
  const firstLine = `errors that throw\n    at errors (${import.meta.filename}:1:1)`;
  expect(told(new Error(firstLine))).not.toMatch(/errors|throw/);
  expect(told(movedTo('/no/such/code.ts'))).toBe('***');
});

test('words that stand in a file of data, and not in code, are hidden', () => {
  expect(told(movedTo(import.meta.filename))).toBe('no place');
  const folder = mkdtempSync(join(tmpdir(), 'millrace-words-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, expected] of [
    ['a.csv', '***'],
    ['a.ts', 'no place'],
  ] as const) {
    copyFileSync(import.meta.filename, join(folder, name));
    expect(told(movedTo(join(folder, name)))).toBe(expected);
  }
});

function movedTo(file: string): Error {
  const error = new Error('no place');
  error.stack = (error.stack ?? '').replaceAll(import.meta.filename, file);
  return error;
}
