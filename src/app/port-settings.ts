import type { Config } from './config.ts';

/** What the ports are opened with: the part of the configuration that says so. Plain data, since it crosses threads. */
export type PortSettings = Pick<Config, 'data' | 'transport' | 'documents'> &
  Partial<Pick<Config, 'state' | 'snapshots' | 'blob'>>;

/** That part, and nothing else of it. */
export const portSettings = ({ data, state, transport, documents, snapshots, blob }: Config): PortSettings => ({
  data,
  transport,
  documents,
  snapshots,
  blob,
  ...(state === undefined ? {} : { state }),
});
