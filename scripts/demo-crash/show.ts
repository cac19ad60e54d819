/** What the demo says: how it goes to standard error, what came of it to standard output. */
import { table } from '../../src/cli/output.ts';
import type { Death, Outcome } from './drive.ts';
import type { DemoSettings } from './plan.ts';
import { differences, type Facts } from './verdict.ts';

export const introduction = ({ ratings, kills, seed }: DemoSettings): string => `\
Two \`millrace run\` get the same ${ratings} ratings of MovieLens while they work, in rounds; some are sent twice, some are
worthless. One runs undisturbed, the other is killed with SIGKILL ${times(kills)} (seed ${seed}), a fifth of the times its
local state is removed, too. A round is sent when the one before it has been learnt, so that both models learn in the
same cuts. At the end every event, window, vector and list of both is compared.
`;

/** A line that replaces the one before it on a terminal; elsewhere there is none. */
export function showRound(to: NodeJS.WriteStream, round: number, rounds: number): void {
  if (to.isTTY) to.write(`\r\u001b[2Kround ${round} of ${rounds}`);
}

export function showDeath(to: NodeJS.WriteStream, death: Death, kills: number): void {
  if (to.isTTY) to.write('\r\u001b[2K');
  to.write(`${deathLine(death, kills)}\n`);
}

function deathLine({ kill, round, share, delayMs, unfinished, losesState }: Death, kills: number): string {
  const left = unfinished.length === 0 ? 'between two epochs' : `in the middle of ${unfinished.join(', ')}`;
  const when = `round ${round}, ${delayMs} ms after ${Math.round(share * 100)} % of it`;
  return `killed ${kill}/${kills}: ${when}: ${left}${losesState ? '; its local state is gone, too' : ''}`;
}

const rows: readonly (readonly [title: string, fact: keyof Facts])[] = [
  ['events sent', 'sent'],
  ['accepted', 'accepted'],
  ['dead letters', 'buried'],
  ['learnt by the model', 'learnt'],
  ['events lost', 'lost'],
  ['events doubled', 'doubled'],
  ['lost from windows', 'lostFromWindows'],
  ['doubled in windows', 'doubledInWindows'],
  ['model version', 'modelVersion'],
  ['model hash', 'modelHash'],
  ['lists hash', 'listsHash'],
  ['windows hash', 'windowsHash'],
];

/** Of a hash so much is shown; all of it is compared, and in the JSON. */
const shownOfHash = 16;

export function verdictText({ undisturbed, killed, deaths }: Outcome): string {
  const wrong = new Set(differences(undisturbed, killed));
  const cells = rows.map(([title, fact]) => [
    title,
    shown(undisturbed[fact]),
    shown(killed[fact]),
    wrong.has(fact) ? 'WRONG' : 'ok',
  ]);
  const amid = deaths.filter(({ unfinished }) => unfinished.length > 0).length;
  const kills = `${deaths.length} kills, ${amid} of them in the middle of an epoch,`;
  const verdict = wrong.size === 0 ? `${kills} changed nothing` : `${kills} changed something: see WRONG above`;
  return `${table(['', 'undisturbed', `killed ${times(deaths.length)}`, ''], cells)}\n\n${verdict}`;
}

const shown = (fact: string | number): string => String(fact).slice(0, shownOfHash);
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
