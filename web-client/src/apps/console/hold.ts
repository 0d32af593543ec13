// Decides when the rows of a list must not move: while the pointer or the keyboard focus is in the list, or the list is scrolled down.

/** A list that is scrolled down by at most this many pixels counts as being at its top. */
export const TOP_PX = 4

type Scroller = Pick<HTMLElement, 'addEventListener' | 'removeEventListener' | 'scrollTop'>

/**
 * Calls `hold(true)` when a person starts to use the list (its rows must then not move) and `hold(false)` when they stop. Returns a
 * function that removes the listeners and calls `hold(false)`.
 */
export function holdWhileUsed(list: Scroller, hold: (on: boolean) => void): () => void {
  let [pointed, focused, scrolled] = [false, false, false]
  const told = () => hold(pointed || focused || scrolled)
  const stops = [
    on(list, 'pointerenter', () => { pointed = true; told() }),
    on(list, 'pointerleave', () => { pointed = false; told() }),
    on(list, 'focusin', (event) => { focused = event.target instanceof Element && event.target.matches(':focus-visible'); told() }),
    on(list, 'focusout', () => { focused = false; told() }),
    on(list, 'scroll', () => { scrolled = list.scrollTop > TOP_PX; told() }),
  ]
  return () => {
    for (const stop of stops) stop()
    hold(false)
  }
}

function on(list: Scroller, type: string, listener: (event: Event) => void): () => void {
  list.addEventListener(type, listener, { passive: true })
  return () => list.removeEventListener(type, listener)
}
