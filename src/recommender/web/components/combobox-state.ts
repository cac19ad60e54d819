/** What a combobox knows and how it answers to keys, pointer and text. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Choices, closed, moveOf } from './choices.ts';
import { type Known, Resource } from './resource.ts';

export interface Option {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
}

/** What matches a query: its first options, and how many there are in all. */
export interface Matches {
  readonly options: readonly Option[];
  readonly total: number;
}

export interface Choosing {
  /** What stands in the field while nobody types. */
  readonly value: string;
  readonly search: (query: string, cancel: AbortSignal) => Promise<Matches>;
  readonly choose: (option: Option) => void;
}

export interface ComboboxState {
  readonly text: ReadonlySignal<string>;
  readonly choices: ReadonlySignal<Choices>;
  readonly found: ReadonlySignal<Known<Matches>>;
  readonly typed: (query: string) => void;
  readonly pressed: (event: KeyboardEvent) => void;
  readonly clicked: () => void;
  readonly left: () => void;
  readonly choose: (option: Option | undefined) => void;
}

export function useCombobox({ value, search, choose: chosen }: Choosing): ComboboxState {
  const text = useSignal(value);
  const choices = useSignal<Choices>(closed);
  const matches = useMemo(() => new Resource<Matches>(Date.now), []);
  useEffect(() => {
    text.value = value;
  }, [value]);

  const ask = (query: string): void => void matches.ask(cancel => search(query, cancel));
  /** What was chosen before is no query: opening shows everything. */
  const show = (to: Choices): void => {
    if (to.open && !choices.peek().open) ask(text.peek() === value ? '' : text.peek());
    choices.value = to;
  };
  const choose = (option: Option | undefined): void => {
    if (option === undefined) return;
    choices.value = closed;
    text.value = option.label;
    chosen(option);
  };
  const pressed = (event: KeyboardEvent): void => {
    const options = matches.known.peek().value?.options ?? [];
    const exact = options.find(({ label }) => label === text.peek());
    const move = moveOf(event.key, choices.peek(), options.length);
    if (event.key === 'Enter' && move === undefined && choices.peek().open) choose(exact);
    if (move === undefined) return;
    event.preventDefault();
    if ('to' in move) show(move.to);
    else if ('choose' in move) choose(options[move.choose]);
    else text.value = '';
  };
  return {
    text,
    choices,
    found: matches.known,
    pressed,
    choose,
    typed: query => {
      text.value = query;
      choices.value = { open: true, active: -1 };
      ask(query);
    },
    clicked: () => show({ open: true, active: choices.peek().active }),
    left: () => {
      choices.value = closed;
      text.value = value;
    },
  };
}
