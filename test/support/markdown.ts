/** The fenced blocks of a page, for tests that run what the page shows. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));

/** The text of a page as a pattern: `…` stands for what differs from run to run. */
export const patternOf = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll('…', String.raw`[^\n]*`)}$`);
