import { thisPage, type Page } from './browser.ts'

/** Gives the disposer. */
export function onWindow(type: string, listener: (event: Event) => void, page: Pick<Page, 'addEventListener' | 'removeEventListener'> = thisPage): () => void {
  // In the capture phase the window also hears what is said of the document alone.
  page.addEventListener(type, listener, { capture: true })
  return () => page.removeEventListener(type, listener, { capture: true })
}
