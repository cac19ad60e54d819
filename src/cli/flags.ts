/** Flags that several commands share. A command takes those that it reads. */
import { InvalidArgumentError, Option } from 'commander';

export interface DataFlags {
  readonly data: string;
}

export interface AppFlags {
  readonly app?: string;
  readonly partitions?: number;
}

export const dataFlag = (): Option =>
  new Option('--data <dir>', 'log, state and documents of the embedded adapters').default('.millrace');

export const jsonFlag = (): Option =>
  new Option('--json', 'one JSON object on standard output, and nothing else there');

export const appFlag = (): Option =>
  new Option('--app <file>', 'module that exports `topologies` (default: the recommender)');

export const partitionsFlag = (): Option =>
  new Option(
    '--partitions <n>',
    'partitions of topics that are not there yet (default: as many as the others have, else 4)',
  ).argParser(atLeastOne);

/** A whole number of 1 or more. */
export const atLeastOne = (text: string): number => integer(text, 1);

/** A whole number of 0 or more. */
export const atLeastZero = (text: string): number => integer(text, 0);

function integer(text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidArgumentError(`Give a whole number of ${least} or more.`);
}
