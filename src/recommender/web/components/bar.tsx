/** A bar for the eye only: the figure stands beside it as text. */
export const Bar = ({ share }: { readonly share: number }) => (
  <span class="bar" aria-hidden="true">
    <span style={{ width: `${(share * 100).toFixed(1)}%` }} />
  </span>
);
