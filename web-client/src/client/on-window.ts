import { thisPage, type Page } from './browser.ts'

/** Listens on the window; returns the disposer. */
export function onWindow(type: string, listener: (event: Event) => void, page: Pick<Page, 'addEventListener' | 'removeEventListener'> = thisPage): () => void {
  // In the capture phase, the window also sees events that are dispatched only on the document.
  page.addEventListener(type, listener, { capture: true })
  return () => page.removeEventListener(type, listener, { capture: true })
}
