// When the rows of a list stand still: under the pointer, under the keyboard, and for a reader further down.

/** Nearer to the top than this, one is there. */
export const TOP_PX = 4

type Scroller = Pick<HTMLElement, 'addEventListener' | 'removeEventListener' | 'scrollTop'>

/** Calls `hold` as the list is used and let go of; gives what ends that, and lets go of it: what is no longer shown is not used. */
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
