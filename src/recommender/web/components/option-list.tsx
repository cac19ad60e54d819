/** The options of a combobox, and what is said of them. */
import { useEffect, useRef } from 'preact/hooks';
import type { Choices } from './choices.ts';
import type { Matches, Option } from './combobox-state.ts';
import type { Known } from './resource.ts';

interface OptionListProps {
  readonly id: string;
  readonly label: string;
  readonly found: Known<Matches>;
  readonly choices: Choices;
  readonly choose: (option: Option) => void;
}

export function OptionList({ id, label, found, choices: { open, active }, choose }: OptionListProps) {
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    box.current?.children.item(active)?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const options = found.value?.options ?? [];
  return (
    <div class="options" hidden={!open}>
      <ul id={`${id}-options`} role="listbox" aria-label={label} ref={box}>
        {options.map((option, index) => (
          <li
            key={option.id}
            id={`${id}-option-${index}`}
            role="option"
            aria-selected={index === active}
            // The field keeps the focus, so it is not left before the choice is made.
            onMouseDown={event => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <span class="option-label">{option.label}</span>
            <span class="option-detail">{option.detail}</span>
          </li>
        ))}
      </ul>
      <p class="options-note" role="status">
        {open ? noteOf(found) : ''}
      </p>
    </div>
  );
}

function noteOf({ value, failure, asking }: Known<Matches>): string {
  if (failure !== undefined) return failure.message;
  if (value === undefined) return asking ? 'Searching' : '';
  if (value.total === 0) return 'Nothing matches';
  if (value.options.length < value.total) return `${value.options.length} of ${value.total.toLocaleString('en-GB')}`;
  return value.total === 1 ? '1 match' : `${value.total} matches`;
}
