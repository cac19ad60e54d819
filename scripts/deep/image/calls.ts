/** A real call of every command, in an order in which each finds what it needs: for the image, however it was built. */

/** Standard output of what was called before, by its name. */
export type Said = ReadonlyMap<string, string>;

export interface Call {
  /** As the help names it. */
  readonly name: string;
  readonly given: readonly string[] | ((said: Said) => readonly string[]);
  /** The exit code, of one that ends by itself; one that listens is told to end (SIGTERM), and ends with 0. */
  readonly ends: 0 | 1 | 'when told';
  /** What both outputs together have in them. */
  readonly says: RegExp;
}

/** A key that no list outside of a test is sealed with; whoever makes calls gives it as a variable. */
export const environmentOfCalls = {
  MILLRACE_SERVING_LIST_KEY: Buffer.alloc(32, 'a key of a test').toString('base64'),
};

/** Enough users who met enough films that a test of each is possible. */
const pairs = Array.from({ length: 24 }, (_, user) =>
  Array.from({ length: 8 }, (__, n) => {
    const item = 1 + ((user * 5 + n * 3) % 20);
    return { user: user + 1, item, stars: 1 + ((user + item) % 5), at_s: 964_982_703 + user * 100 + n };
  }),
).flat();
const ratings = pairs.map(({ user, item, stars, at_s }) => `${user},${item},${stars},${at_s}`);
const films = Array.from({ length: 20 }, (_, n) => `${n + 1},Film ${n + 1} (1999),Drama|Crime`);

/** Files that the calls read, by their names in the folder where all are made. */
export const filesOfCalls: Readonly<Record<string, string>> = {
  'films/ratings.csv': ['userId,movieId,rating,timestamp', ...ratings, ''].join('\n'),
  'films/movies.csv': ['movieId,title,genres', ...films, ''].join('\n'),
  'films/tags.csv': 'userId,movieId,tag,timestamp\n1,10,tense,964982703\n',
};

const done = (name: string, says: RegExp, ...given: string[]): Call => ({
  name,
  given: [...name.split(' '), ...given],
  ends: 0,
  says,
});

/** What a call said that another one needs. @throws {Error} where it did not say it */
function found(said: Said, name: string, pattern: RegExp): string {
  const [, value] = pattern.exec(said.get(name) ?? '') ?? [];
  if (value === undefined) throw new Error(`'${name}' did not say ${pattern}: ${said.get(name)}`);
  return value;
}

const keys = ['--keys', 'keys.json'];

const data: readonly Call[] = [
  // The data set of the repository is no part of the image: films and ratings are invented in its place.
  done('import bundled', /invented/, '--partitions', '2'),
  done('topics plan', /ratings/),
  done('generate', /"ratings":2000/, '--count', '2000', '--rate', '0', '--partitions', '2', '--json'),
  done('topics create', /topics are there/),
  done('topics verify', /as they have to be/),
  done('documents plan', /makes itself/),
  done('documents create', /are there/),
  done('documents verify', /as they have to be/),
  done('import movielens', /"rejected":0/, 'films', '--json'),
  done('import csv', /"rejected":0/, 'films/ratings.csv', '--items', 'films/movies.csv', '--json'),
  done('run', /"modelVersion":"1\.\d+"/, '--until-caught-up', '--json'),
  done('topics copy', /ratings +\d+ +[1-9]/, '--from', '.', '--data', 'moved'),
  done('documents copy', /0 orders/, '--from', '.', '--data', 'moved'),
];

const model: readonly Call[] = [
  done('models list', /live/),
  done('score', /lists with/, '--out', 'scores.csv'),
  done('export model', /users\.avro/, '--out', 'model', '--format', 'generation'),
  done('models import', /switches it in/, 'model'),
  done('retrain', /is asked/),
  done('models use', /is asked/, '1'),
  done('models rollback', /is asked/),
  done('models stop', /is asked/),
  done('evaluate', /"retrain"/, '--ratings', 'films/ratings.csv', '--protocol', 'leave-last-out', '--k', '2', '--json'),
  done('tune', /trial/, '--ratings', 'films/ratings.csv', '--budget', '2', '--k', '2', '--json'),
  done('exposures', /no list was reported/),
];

const operations: readonly Call[] = [
  done('describe', /intake \(2 tasks\)/),
  done('init', /package\.json/, 'project', '--name', 'of-the-image'),
  done('lag', /intake\/0/),
  done('size', /partitions/, '--users', '1000'),
  done('trace', /read in epoch/, '2'),
  done('dead-letters list', /late for/),
  done('dead-letters redrive', /redriven/),
  done('keys create', /^mrk_/, ...keys, '--name', 'of the image', '--role', 'admin'),
  done('keys list', /of the image/, ...keys),
  {
    name: 'keys revoke',
    given: said => ['keys', 'revoke', found(said, 'keys create', /^mrk_([0-9a-f]+)_/), ...keys],
    ends: 0,
    says: /revoked/,
  },
  done('users erase', /./, '2', '--json'),
  {
    name: 'users receipt',
    given: said => ['users', 'receipt', found(said, 'users erase', /"id":"([^"]+)"/)],
    ends: 0,
    says: /model/,
  },
  done('users scrub', /redacted/),
  done('replay', /again/, '--into', 'again'),
  done('replay list', /again/),
  done('replay switch', /again/, 'again'),
  { name: 'replay switch', given: ['replay', 'switch', '--back'], ends: 0, says: /main/ },
  done('replay drop', /again/, 'again'),
  done('doctor', /^ok +configuration/m),
];

const listens = (name: string): Call => ({ name, given: [name], ends: 'when told', says: /^listening on http:/m });

export const calls: readonly Call[] = [...data, ...model, ...operations, listens('serve'), listens('start')];
