/** Questions to whoever sits at a terminal. A script is never asked: it would wait for ever. */
import { createInterface, type Interface } from 'node:readline/promises';
import { Misuse } from './errors.ts';

export interface Ask extends AsyncDisposable {
  /** The answer; what is suggested where it is empty. */
  text(question: string, suggested: string): Promise<string>;
  /** Whether the answer is not a no; an empty one is a yes. */
  yes(question: string): Promise<boolean>;
}

/** Undefined where standard input or standard error is no terminal. Questions stand on standard error. */
export function askAtTerminal(): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return askOn(createInterface({ input: process.stdin, output: process.stderr }));
}

/** Asks by lines. Where the input ends instead of answering, a question is rejected with `Misuse`. */
export function askOn(lines: Interface): Ask {
  const over = new AbortController();
  lines.once('close', () => over.abort());
  const ask = async (question: string): Promise<string> => {
    try {
      return (await lines.question(`${question} `, { signal: over.signal })).trim();
    } catch (cause) {
      if (!over.signal.aborted) throw cause;
      throw new Misuse(`'${question}' was not answered`, 'Say `millrace init DIR`', { cause });
    }
  };
  return {
    text: async (question, suggested) => (await ask(`${question} (${suggested}):`)) || suggested,
    yes: async question => !/^n/i.test(await ask(`${question} (Y/n)`)),
    [Symbol.asyncDispose]: async () => lines.close(),
  };
}
