/** How the configuration has a process log: levels and limits, and the secrets that no line may hold. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LoggingSettings } from '../operations/logging/settings.ts';
import type { Config } from './config.ts';
import { settings } from './config-settings.ts';
import { hasKey, isSecret } from './secret.ts';

/** Variables of the environment that the Azure SDK reads its secrets from. */
const azureSecrets = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD'] as const;

/** `quotes`: whether lines go to a person at a terminal, who may read what records hold. */
export function loggingSettings(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  isForPeople: boolean,
): LoggingSettings {
  const { level, levels, userIds, limit, userKey = randomUUID() } = config.logging;
  return {
    level,
    levels,
    userIds,
    userKey,
    quotes: isForPeople || userIds === 'plain',
    secrets: [...secretsIn(config), ...azureSecrets.flatMap(name => environment[name] ?? [])],
    limit,
  };
}

/** The values of all settings that are secret, what stands in the files that hold them, and keys within addresses. */
function secretsIn(config: Config): string[] {
  return settings.flatMap(({ path, schema }) => {
    const value = valueAt(config, path);
    if (hasKey(schema)) return typeof value === 'string' ? keysIn(value) : [];
    if (!isSecret(schema)) return [];
    const file = valueAt(config, `${path}File`);
    return [...textsIn(value), ...(typeof file === 'string' ? textsIn(contentOf(file)) : [])];
  });
}

/** A secret may be a list of them. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Query and user of an address. */
function keysIn(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { search, username, password } = new URL(address);
  return [search.slice(1), username, password].filter(part => part !== '');
}

/** A file that cannot be read holds back no line: who needs it says so. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

const valueAt = (config: Config, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), config);
