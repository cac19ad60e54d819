import { type Command, Option } from 'commander';
import { type ApiKey, drawKey } from '../../recommender/api/auth/api-keys.ts';
import { type Role, roles } from '../../recommender/api/auth/caller.ts';
import { addKey, KeyFolder, removeKey } from '../../recommender/api/auth/key-folder.ts';
import { isTenant } from '../../recommender/domain/tenant.ts';
import { Misuse } from '../errors.ts';
import { atLeastOne, type ConfigFlags, configurationOf, jsonFlag, withSettings } from '../flags.ts';
import { type OutputFlags, print, table } from '../output.ts';

const settings = ['keys'] as const;
type Flags = ConfigFlags & OutputFlags;
type CreateFlags = Flags & {
  readonly name: string;
  readonly role: Role;
  readonly tenant: string;
  readonly user?: string;
  readonly days?: number;
};

const day_ms = 24 * 3_600 * 1_000;

/** `millrace keys create`, `list` and `revoke`: who may ask the API without a token of an issuer. */
export function addKeys(program: Command): void {
  const parent = program.command('keys').description('API keys: each is shown once, and kept as a hash');
  const add = (name: string, description: string): Command =>
    withSettings(parent.command(name), settings).description(description).addOption(jsonFlag());
  add('create', 'draw a key and print it, this once')
    .requiredOption('--name <text>', 'whose it is, for people')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--user <id>', 'the user that the key of a shopper acts for')
    .option('--tenant <name>', 'the tenant that it is of, where there are several', '')
    .option('--days <n>', 'how long it is good for (default: until it is revoked)', atLeastOne)
    .addHelpText('after', '\nServers that run read the folder again within a second of the next request.')
    .action(create);
  add('list', 'whose keys there are; none of them is shown').action(list);
  add('revoke', 'take a key back').argument('<id>', 'as `list` shows it').action(revoke);
}

async function create(flags: CreateFlags): Promise<void> {
  const { role, name, tenant, user: userId, days } = flags;
  if (!isTenant(tenant)) throw new Misuse(`'${tenant}' names no tenant`, 'Give lower-case letters, digits and dashes');
  if ((role === 'shopper') !== (userId !== undefined))
    throw new Misuse(
      'A shopper acts for one user, and nobody else does',
      'Give --user with --role shopper, and only there',
    );
  if (tenant !== '' && (role === 'admin' || role === 'monitor'))
    throw new Misuse(`A key of role ${role} is of the whole`, 'Leave --tenant out, or create a service');
  const now = Date.now();
  const expires = days === undefined ? {} : { expiresAt: new Date(now + days * day_ms).toISOString() };
  const about = { name, role, tenant, userId, createdAt: new Date(now).toISOString(), ...expires };
  const { key, text } = drawKey(about);
  await addKey(folderOf(flags), key);
  print(flags, { ...shown(key), key: text }, () => text);
  process.stderr.write(
    `this is the only time that the key is shown; take it back with \`millrace keys revoke ${key.id}\`\n`,
  );
}

async function list(flags: Flags): Promise<void> {
  const troubles: string[] = [];
  const folder = new KeyFolder(folderOf(flags), error =>
    troubles.push(error instanceof Error ? error.message : String(error)),
  );
  await folder.refresh();
  const keys = folder
    .all()
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
    .map(shown);
  for (const trouble of troubles) process.stderr.write(`${trouble}\n`);
  print(flags, { keys }, () =>
    table(
      ['id', 'role', 'tenant', 'user', 'name', 'created', 'expires'],
      keys.map(key => [
        key.id,
        key.role,
        key.tenant,
        key.userId ?? '',
        key.name,
        key.createdAt,
        key.expiresAt ?? 'never',
      ]),
    ),
  );
}

async function revoke(id: string, flags: Flags): Promise<void> {
  if (!/^[0-9a-f]{12}$/.test(id)) throw new Misuse(`'${id}' is the id of no key`, 'Take it from `millrace keys list`');
  if (!(await removeKey(folderOf(flags), id))) throw new Misuse(`There is no key ${id}`, 'Look: `millrace keys list`');
  print(flags, { revoked: id }, () => `revoked ${id}: within a second of the next request it opens nothing`);
}

function folderOf(flags: Flags): string {
  const { keys } = configurationOf(flags, settings).config.auth;
  if (keys !== undefined) return keys;
  throw new Misuse('No folder of keys is named', 'Give --keys DIR, or set auth.keys (MILLRACE_AUTH_KEYS)');
}

const shown = ({ id, name, role, tenant, userId, createdAt, expiresAt }: ApiKey) => ({
  id,
  name,
  role,
  tenant,
  ...(userId !== undefined && { userId }),
  createdAt,
  ...(expiresAt !== undefined && { expiresAt }),
});
