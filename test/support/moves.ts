/** What tests of moves share: commands with settings of their own, and the orders of a shop. */
import { openPorts, type Ports } from '../../src/app/compose.ts';
import { configure } from '../../src/app/configure.ts';
import { portSettings } from '../../src/app/port-settings.ts';
import { millraceWith } from './cli.ts';
import { putOrder } from './orders.ts';

export type Environment = Readonly<Record<string, string>>;

/** The one object that a command says on standard output. */
export async function said(environment: Environment, ...words: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await millraceWith(environment, ...words, '--json');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  const result: Record<string, unknown> = JSON.parse(stdout);
  return result;
}

export async function inPorts<R>(environment: Environment, work: (ports: Ports) => Promise<R>): Promise<R> {
  await using ports = await openPorts(portSettings(configure({ environment }).config));
  return await work(ports);
}

/** What is the same wherever the same was read. */
export const made = ({ accepted, modelVersion, modelHash, recommendationsHash }: Record<string, unknown>) => {
  return { accepted, modelVersion, modelHash, recommendationsHash };
};

/** Orders of the numbers [from, to), a line each. */
export async function ordered(documents: Ports['documents'], from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await putOrder(documents, order(n));
}

/** The same, every third of them, come back. Answers how many. */
export async function returned(documents: Ports['documents'], from: number, to: number): Promise<number> {
  let count = 0;
  for (let n = from; n < to; n += 3, count++) await putOrder(documents, order(n, 1));
  return count;
}

function order(n: number, back = 0) {
  const lines = [{ itemId: `i${n}`, quantity: 1, returned: back }];
  const placedAt = Date.UTC(2026, 0, 1) + n;
  return { orderId: `o${n}`, userId: `u${n % 7}`, lines, status: 'placed', placedAt, updatedAt: placedAt + back };
}
