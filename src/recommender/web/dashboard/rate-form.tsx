/** Stars for one film, sent to the log. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Resource } from '../components/resource.ts';
import { StarInput, starsInWords } from '../components/stars.tsx';
import type { ListStore } from './list-store.ts';

interface RateFormProps {
  /** Unique on the page. */
  readonly name: string;
  readonly item: { readonly itemId: string; readonly title: string };
  readonly lists: ListStore;
  readonly done: () => void;
}

export function RateForm({ name, item, lists, done }: RateFormProps) {
  const value = useSignal(0);
  const sending = useMemo(() => new Resource<true>(Date.now), [item.itemId]);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  const { asking, failure } = sending.known.value;
  const send = async (): Promise<void> => {
    await sending.ask(async signal => {
      await lists.rate(item, value.peek(), signal);
      return true;
    });
    if (sending.known.peek().value === undefined) return;
    // The row is about to leave; whoever works by keyboard goes on at the list.
    document.querySelector<HTMLElement>('#list-title')?.focus();
    done();
  };
  return (
    <form
      ref={form}
      class="rate-form"
      onSubmit={event => {
        event.preventDefault();
        void send();
      }}
    >
      <StarInput
        name={name}
        legend={`Stars for ${item.title}`}
        value={value.value}
        choose={stars => {
          value.value = stars;
        }}
      />
      <output class="chosen">{value.value === 0 ? 'No stars yet' : starsInWords(value.value)}</output>
      <button type="submit" class="button" disabled={value.value === 0 || asking}>
        {asking ? 'Sending' : 'Send rating'}
      </button>
      {failure === undefined ? null : (
        <p class="form-failure" role="alert">
          {failure.message}
        </p>
      )}
    </form>
  );
}
