// Where the focus goes when what had it is taken away. Fetched behind the first screen.

import { contentOf, isLost, isShown } from './arrival.ts'

/** What may have the focus though it is no control; around buttons that the arrow keys go through, only they may. */
const PLACE = '[tabindex]:not([role="toolbar"], [role="tablist"], [role="radiogroup"], [role="menu"])'
const FOCUSABLE = `a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, ${PLACE}`
/** What takes the focus of its own accord has done so by then. */
const SETTLED_MS = 100

/** An element around the one that has the focus, and the place in it of the part that holds it. */
type Around = readonly [HTMLElement, number]

/** What has the focus and is taken away, as a row that is deleted, leaves it to what stands in its place. Gives what ends that. */
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
  // A person who clicks beside it has left it.
  const went = ({ target }: FocusEvent) => setTimeout(() => { if (target === last && last?.isConnected === true) last = null })
  const give = () => {
    if (last?.isConnected !== false || !isLost(root)) return
    last = null
    const left = around.filter(([one]) => one.isConnected && isShown(one))
    const nearest = left[0]?.[0]
    // A page that came in the place of another begins at its top; a list that draws only the rows in sight knows better.
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

/** The focus goes to what stands at the place, or before it, or to the element itself. */
function take(within: HTMLElement, at: number): boolean {
  const parts = [...within.children]
  const near = [...parts.slice(at), ...parts.slice(0, at).toReversed()].flatMap((one) => [one, ...one.querySelectorAll(FOCUSABLE)])
  const next = contentOf(within) ?? (within.matches(PLACE) ? within : near.find((one) => one.matches(FOCUSABLE) && isShown(one)))
  if (!(next instanceof HTMLElement)) return false
  next.focus({ preventScroll: true })
  return true
}
