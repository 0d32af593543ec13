// Where what had the focus is removed, the page has none, and a keyboard begins again at its top. Here it goes on beside it.

import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex="0"]'

/** Within this part, the focus of what is removed goes to what came next, or else to what came before. */
export function useKeptFocus(part: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = part.current
    if (element === null) return
    let had: Element | null = null
    let around: readonly HTMLElement[] = []
    const came = (event: FocusEvent) => {
      had = event.target instanceof Element ? event.target : null
      around = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)]
    }
    // What is still there was left on purpose.
    const left = () => queueMicrotask(() => { if (had?.isConnected === true && !isFocused(had)) had = null })
    const go = () => {
      if (had === null || had.isConnected) return
      const at = around.findIndex((one) => one === had)
      had = null
      if (hasFocus(element)) return
      // One after the other: what is in a closed fold takes none.
      for (const one of [...around.slice(at + 1), ...around.slice(0, Math.max(at, 0)).toReversed()]) {
        if (one.isConnected) one.focus()
        if (isFocused(one)) return
      }
    }
    // A frame later, so that a part that knows better where to go is first.
    const changes = new MutationObserver(() => { if (had?.isConnected === false) requestAnimationFrame(go) })
    changes.observe(element, { childList: true, subtree: true })
    element.addEventListener('focusin', came)
    element.addEventListener('focusout', left)
    return () => {
      changes.disconnect()
      element.removeEventListener('focusin', came)
      element.removeEventListener('focusout', left)
    }
  }, [part])
}

const activeIn = (element: Element): Element | null => {
  const root = element.getRootNode()
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
}

const isFocused = (element: Element) => activeIn(element) === element

/** Whether anything of its page has it. */
function hasFocus(element: Element): boolean {
  const active = activeIn(element)
  return active !== null && active !== document.body
}
