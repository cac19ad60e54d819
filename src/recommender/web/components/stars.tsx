/** Half stars: shown, and chosen as a group of radio buttons. */

const path = 'M12 2.6l2.9 6 6.5.9-4.7 4.6 1.1 6.5L12 17.5l-5.8 3.1 1.1-6.5L2.6 9.5l6.5-.9z';
export const starValues = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5] as const;

export const starsInWords = (value: number): string => (value === 1 ? '1 star' : `${value} stars`);

/** A half of a star: whole stars end with the right one. */
const Half = ({ value }: { readonly value: number }) => (
  <svg viewBox={`${value % 1 === 0 ? 12 : 0} 0 12 24`} class="half" aria-hidden="true">
    <path d={path} />
  </svg>
);

/** Five stars, filled up to the value; the number beside them is for the caller to write. */
export const Stars = ({ value }: { readonly value: number }) => (
  <span class="stars" aria-hidden="true">
    {starValues.map(half => (
      <span key={half} class={half <= value ? 'on' : 'off'}>
        <Half value={half} />
      </span>
    ))}
  </span>
);

interface StarInputProps {
  /** Unique on the page. */
  readonly name: string;
  readonly legend: string;
  /** 0 while none is chosen. */
  readonly value: number;
  readonly choose: (value: number) => void;
}

export const StarInput = ({ name, legend, value, choose }: StarInputProps) => (
  <fieldset class="star-input">
    <legend class="visually-hidden">{legend}</legend>
    {starValues.map(half => (
      <label key={half} class={half <= value ? 'on' : 'off'} title={starsInWords(half)}>
        <input
          type="radio"
          name={name}
          value={half}
          checked={half === value}
          aria-label={starsInWords(half)}
          onChange={() => choose(half)}
        />
        <Half value={half} />
      </label>
    ))}
  </fieldset>
);
