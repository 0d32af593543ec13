import { signal } from '@preact/signals'
import { thisPage, type Page } from './browser.ts'

/** Whether the app is open at all: a widget may be closed while its tab is visible. */
export const isUnfolded = signal(true)

/** Whether the app can be seen now. */
export function isVisible(page: Pick<Page, 'document'> = thisPage): boolean {
  return isUnfolded.value && page.document.visibilityState === 'visible'
}

/** Whether the app can be seen and has the keyboard focus. */
export function hasFocus(page: { readonly document: Pick<Document, 'visibilityState' | 'hasFocus'> } = thisPage): boolean {
  return isVisible(page) && page.document.hasFocus()
}
