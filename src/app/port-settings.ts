import type { Config } from './config.ts';

/** What the ports are opened with: the part of the configuration that says so. Plain data, since it crosses threads. */
export type PortSettings = Pick<Config, 'data' | 'transport' | 'documents'> &
  Partial<Pick<Config, 'state' | 'namespace' | 'snapshots' | 'blob' | 'kafka' | 'schemas' | 'cosmos'>>;

/** That part, and nothing else of it. */
export const portSettings = ({
  data,
  state,
  namespace,
  transport,
  kafka,
  schemas,
  documents,
  cosmos,
  snapshots,
  blob,
}: Config): PortSettings => ({
  data,
  transport,
  kafka,
  schemas,
  documents,
  cosmos,
  snapshots,
  blob,
  ...(state === undefined ? {} : { state }),
  ...(namespace === undefined ? {} : { namespace }),
});
