/**
 * Hands the keyboard on where what had the focus goes: a button that has done its work, a tile of a list that changed.
 * A browser leaves it nowhere, and whoever goes by keyboard or ear begins at the top of the page again.
 */

/** What had the focus, and what could be reached beside it in its card, in the order of the page. */
interface Stand {
  readonly element: HTMLElement;
  readonly card: HTMLElement;
  readonly order: readonly HTMLElement[];
}

/** Within `root`, whose cards are sections with a heading that can be focused. Answers what ends it. */
export function keepFocus(root: HTMLElement): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let stand: Stand | undefined;
  const look = (): void => {
    const active = document.activeElement;
    if (active instanceof HTMLElement && root.contains(active) && isThere(active)) stand = standOf(active);
    else if (stand !== undefined && (isNowhere(active) || active === stand.element)) nextOf(stand)?.focus();
  };
  const observer = new MutationObserver(look);
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  root.addEventListener('focusin', look, { signal });
  // Whoever leaves by themselves is not called back. What was taken away is looked at before: in a microtask.
  const left = (): void => {
    if (isNowhere(document.activeElement)) stand = undefined;
  };
  root.addEventListener('focusout', () => setTimeout(left), { signal });
  return () => {
    observer.disconnect();
    ended.abort();
  };
}

const reachable = 'a[href], button, input, select, textarea, [tabindex="0"]';

const isNowhere = (active: Element | null): boolean => active === null || active === document.body;
const isThere = (element: HTMLElement): boolean => element.isConnected && !element.matches(':disabled');

function standOf(element: HTMLElement): Stand | undefined {
  const card = element.closest('section');
  return card === null ? undefined : { element, card, order: [...card.querySelectorAll<HTMLElement>(reachable)] };
}

/** Itself where it was only moved; else what came behind it, or before it; else the heading of what it stood in. */
function nextOf({ element, card, order }: Stand): HTMLElement | null {
  if (isThere(element)) return element;
  if (!card.isConnected) return null;
  const at = order.indexOf(element);
  const next = order.slice(at + 1).find(isThere) ?? order.slice(0, Math.max(0, at)).findLast(isThere);
  return next ?? card.querySelector<HTMLElement>('h2[tabindex]');
}
