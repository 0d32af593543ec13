// Finds a new place for the focus when the focused element is removed. Loaded after the first screen.

import { contentOf, isLost, isShown } from './arrival.ts'

/** Elements with a `tabindex` that may take the focus. A group with arrow keys is excluded, because its buttons take the focus. */
const PLACE = '[tabindex]:not([role="toolbar"], [role="tablist"], [role="radiogroup"], [role="menu"])'
const FOCUSABLE = `a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, ${PLACE}`
/** Time for other code to set the focus on its own. */
const SETTLED_MS = 100

/** An ancestor of the focused element, and the index of the child that contains it. */
type Around = readonly [HTMLElement, number]

/** When a focused element is removed, for example a deleted row, focuses what is now in its place. Returns a function that stops this. */
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
  // A person who clicked elsewhere has left the element: do not bring the focus back.
  const went = ({ target }: FocusEvent) => setTimeout(() => { if (target === last && last?.isConnected === true) last = null })
  const give = () => {
    if (last?.isConnected !== false || !isLost(root)) return
    last = null
    const left = around.filter(([one]) => one.isConnected && isShown(one))
    const nearest = left[0]?.[0]
    // A replaced page starts at its top, and a virtual list restores its own focus: leave both alone.
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

/** Focuses the child at the index, else one before it, else the element itself. Returns false if none can take the focus. */
function take(within: HTMLElement, at: number): boolean {
  const parts = [...within.children]
  const near = [...parts.slice(at), ...parts.slice(0, at).toReversed()].flatMap((one) => [one, ...one.querySelectorAll(FOCUSABLE)])
  const next = contentOf(within) ?? (within.matches(PLACE) ? within : near.find((one) => one.matches(FOCUSABLE) && isShown(one)))
  if (!(next instanceof HTMLElement)) return false
  next.focus({ preventScroll: true })
  return true
}
