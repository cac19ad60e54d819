/** A part of the page with a heading of its own, and the states that everything asked for can be in. */
import type { ComponentChildren } from 'preact';
import { failureWords } from './failure-words.ts';
import type { Known } from './resource.ts';

interface CardProps {
  readonly id: string;
  readonly title: string;
  /** Beside the heading: what the content is as of, or a choice. */
  readonly aside?: ComponentChildren;
  /** Whether what stands there is about to become another. */
  readonly busy?: boolean;
  readonly children: ComponentChildren;
}

export const Card = ({ id, title, aside, busy = false, children }: CardProps) => (
  <section class="card" aria-busy={busy} aria-labelledby={`${id}-title`} id={id}>
    <header class="card-head">
      <h2 id={`${id}-title`} tabIndex={-1}>
        {title}
      </h2>
      {aside}
    </header>
    {children}
  </section>
);

interface AnsweredProps<T> {
  readonly known: Known<T>;
  readonly again: () => void;
  /** Rows that the skeleton has while nothing is known. */
  readonly rows: number;
  readonly children: (value: T) => ComponentChildren;
}

/** The value as soon as there is one; until then that it is loading, or why it cannot be had. */
export function Answered<T>({ known: { value, failure }, again, rows, children }: AnsweredProps<T>) {
  return (
    <>
      {failure === undefined ? null : <Failed failure={failure} stale={value !== undefined} again={again} />}
      {value === undefined ? failure === undefined ? <Loading rows={rows} /> : null : children(value)}
    </>
  );
}

const Loading = ({ rows }: { readonly rows: number }) => (
  <div class="loading" role="status">
    <span class="visually-hidden">Loading</span>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} class="bone" />
    ))}
  </div>
);

interface FailedProps {
  readonly failure: Error;
  readonly stale: boolean;
  readonly again: () => void;
}

const Failed = ({ failure, stale, again }: FailedProps) => (
  <div class="failed" role="alert">
    <p>
      {failureWords(failure, navigator.onLine)}
      {stale ? ' What you see is from before.' : ''}
    </p>
    <button type="button" class="button" onClick={again}>
      Try again
    </button>
  </div>
);

interface EmptyProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

export const Empty = ({ title, children }: EmptyProps) => (
  <div class="empty">
    <p class="empty-title">{title}</p>
    <p>{children}</p>
  </div>
);
