/** Asks the process that owns a task in the name of who asked here: once, for a while, and for so much. */
import { NotTheOwner, UnknownState } from '../../engine/queries/errors.ts';
import { problem, type StateOfKey, stateOfKey } from './state-wire.ts';

/** An owner that says nothing for so long is taken for gone. */
const patience_ms = 5_000;
/** Of an answer: a state beyond it is no answer to a query. */
const mostBytes = 4 << 20;

export interface AskingOn {
  readonly task: string;
  readonly address: string;
  /** `/v2/state/…`, with what makes the owner answer itself or not at all. */
  readonly path: string;
  /** As it came: the owner decides by the same rules whether it counts. */
  readonly authorization: string | undefined;
}

/** @throws {NotTheOwner} where the owner cannot be reached, does not answer, or owns it no more; {UnknownState} */
export async function askOn(asking: AskingOn): Promise<StateOfKey> {
  const { task } = asking;
  const { status, text } = await answerOf(asking);
  if (status === 200) {
    const answer = stateOfKey.safeParse(parsed(text));
    if (answer.success) return answer.data;
  }
  const refusal = problem.safeParse(parsed(text));
  if (status === 404 && refusal.success) throw new UnknownState(refusal.data.detail, 'The owner runs another release');
  const why = refusal.success ? `${status} ${refusal.data.code}` : `status ${status}, and nothing that can be read`;
  throw new NotTheOwner(task, `its owner at ${asking.address} answers ${why}`);
}

async function answerOf({ task, address, path, authorization }: AskingOn) {
  try {
    const response = await fetch(new URL(path, address), {
      headers: authorization === undefined ? {} : { authorization },
      redirect: 'error', // credentials go to the owner and to nobody else
      signal: AbortSignal.timeout(patience_ms),
    });
    return { status: response.status, text: await bounded(response) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NotTheOwner(task, `its owner at ${address} cannot be reached (${why})`);
  }
}

async function bounded({ body }: { readonly body: AsyncIterable<Uint8Array> | null }): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever reads it says what it should have been
  }
}
