import { thisPage, type Page } from './browser.ts'

/** Adds an event listener to the window. Returns a function that removes the listener. */
export function onWindow(type: string, listener: (event: Event) => void, page: Pick<Page, 'addEventListener' | 'removeEventListener'> = thisPage): () => void {
  // In the capture phase, the window also receives events that are dispatched on the document and do not bubble.
  page.addEventListener(type, listener, { capture: true })
  return () => page.removeEventListener(type, listener, { capture: true })
}
