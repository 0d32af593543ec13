import type { Page } from './browser.ts'
import { onWindow } from './on-window.ts'

/** Calls `changed` with the name of each storage item that another tab changes. Returns a function that stops listening. */
export function onStored(changed: (item: string) => void, page?: Pick<Page, 'addEventListener' | 'removeEventListener'>): () => void {
  return onWindow('storage', (event) => { if ('key' in event && typeof event.key === 'string') changed(event.key) }, page)
}
