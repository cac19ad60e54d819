/** A text field with options below it that are asked for while one types. */
import { type Choosing, useCombobox } from './combobox-state.ts';
import { OptionList } from './option-list.tsx';

interface ComboboxProps extends Choosing {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
}

export function Combobox({ id, label, hint, ...choosing }: ComboboxProps) {
  const { text, choices, found, typed, pressed, clicked, left, choose } = useCombobox(choosing);
  const { open, active } = choices.value;
  const marked = open && active >= 0 ? `${id}-option-${active}` : undefined;
  return (
    <div class="combobox">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={hint}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-options`}
        aria-activedescendant={marked}
        value={text.value}
        onInput={event => typed(event.currentTarget.value)}
        onKeyDown={pressed}
        onFocus={event => event.currentTarget.select()}
        onClick={clicked}
        onBlur={left}
      />
      <OptionList id={id} label={label} found={found.value} choices={choices.value} choose={choose} />
    </div>
  );
}
