/** A text field with options below it that are asked for while one types. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Choices, closed, moveOf } from './choices.ts';
import { OptionList } from './option-list.tsx';
import { Resource } from './resource.ts';

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

export interface ComboboxProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** What stands in the field while nobody types. */
  readonly value: string;
  readonly search: (query: string, signal: AbortSignal) => Promise<Matches>;
  readonly choose: (option: Option) => void;
}

export function Combobox(props: ComboboxProps) {
  const { id, label, hint, value, search } = props;
  const field = useRef<HTMLInputElement>(null);
  const text = useSignal(value);
  const choices = useSignal<Choices>(closed);
  const found = useMemo(() => new Resource<Matches>(Date.now), []);
  useEffect(() => {
    text.value = value;
  }, [value]);

  const options = found.known.value.value?.options ?? [];
  const { open, active } = choices.value;
  const ask = (query: string): void => void found.ask(signal => search(query, signal));
  const show = (to: Choices): void => {
    if (to.open && !choices.peek().open) ask(text.peek() === value ? '' : text.peek());
    choices.value = to;
  };
  const choose = (option: Option | undefined): void => {
    if (option === undefined) return;
    choices.value = closed;
    text.value = option.label;
    props.choose(option);
  };
  const typed = (query: string): void => {
    text.value = query;
    choices.value = { open: true, active: -1 };
    ask(query);
  };
  const pressed = (event: KeyboardEvent): void => {
    const move = moveOf(event.key, choices.peek(), options.length);
    if (move === undefined) return;
    event.preventDefault();
    if ('to' in move) show(move.to);
    else if ('choose' in move) choose(options[move.choose]);
    else text.value = '';
  };
  const left = (): void => {
    choices.value = closed;
    text.value = value;
  };
  const marked = options[active];
  return (
    <div class="combobox">
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={hint}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-options`}
        aria-activedescendant={open && marked !== undefined ? `${id}-option-${active}` : undefined}
        value={text.value}
        onInput={event => typed(event.currentTarget.value)}
        onKeyDown={pressed}
        onFocus={event => event.currentTarget.select()}
        onClick={() => show({ open: true, active: -1 })}
        onBlur={left}
      />
      <OptionList id={id} label={label} found={found.known.value} choices={choices.value} choose={choose} />
    </div>
  );
}
