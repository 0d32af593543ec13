// When the focused element is removed from the page, moves the focus to a nearby element. Loaded after the first screen.

import { contentOf, isLost, isShown } from './arrival.ts'

/**
 * Elements with a `tabindex` that can take the focus. Groups of buttons with arrow keys are excluded, because their buttons take the focus
 * themselves.
 */
const PLACE = '[tabindex]:not([role="toolbar"], [role="tablist"], [role="radiogroup"], [role="menu"])'
const FOCUSABLE = `a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, ${PLACE}`
/** How long to wait after the focused element was removed before moving the focus, because other code may set the focus itself. */
const SETTLED_MS = 100

/** An ancestor of the focused element, and the index of the child that contains the focused element. */
type Around = readonly [HTMLElement, number]

/**
 * When the focused element is removed (for example with its row), focuses the element that is now in its place. Returns a function that
 * removes the listeners.
 */
export function keepFocus(root: HTMLElement): () => void {
  let last: HTMLElement | null = null
  let around: readonly Around[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const came = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return
    last = target
    const found: Around[] = []
    for (let one = target; one !== root && one.parentElement !== null; one = one.parentElement) found.push([one.parentElement, [...one.parentElement.children].indexOf(one)])
    around = found
  }
  // If the person has clicked elsewhere, the element lost the focus on purpose, so its later removal must not move the focus.
  const went = ({ target }: FocusEvent) => setTimeout(() => { if (target === last && last?.isConnected === true) last = null })
  const give = () => {
    if (last?.isConnected !== false || !isLost(root)) return
    last = null
    const left = around.filter(([one]) => one.isConnected && isShown(one))
    const nearest = left[0]?.[0]
    // Do nothing if the whole page was replaced, or if the removed element was in a virtual list, which restores the focus itself.
    if (nearest !== root && nearest?.closest('.virtual') === null) left.some(([one, at]) => take(one, at))
  }
  const removed = new MutationObserver(() => {
    if (last?.isConnected !== false) return
    clearTimeout(timer)
    timer = setTimeout(give, SETTLED_MS)
  })
  root.addEventListener('focusin', came)
  root.addEventListener('focusout', went)
  removed.observe(root, { childList: true, subtree: true })
  return () => {
    clearTimeout(timer)
    root.removeEventListener('focusin', came)
    root.removeEventListener('focusout', went)
    removed.disconnect()
  }
}

/**
 * Focuses an element inside `within`: its main content, or the child at index `at` or a nearby child. Focuses `within` itself if it has a
 * `tabindex`. Returns false if no element can take the focus.
 */
function take(within: HTMLElement, at: number): boolean {
  const parts = [...within.children]
  const near = [...parts.slice(at), ...parts.slice(0, at).toReversed()].flatMap((one) => [one, ...one.querySelectorAll(FOCUSABLE)])
  const next = contentOf(within) ?? (within.matches(PLACE) ? within : near.find((one) => one.matches(FOCUSABLE) && isShown(one)))
  if (!(next instanceof HTMLElement)) return false
  next.focus({ preventScroll: true })
  return true
}
