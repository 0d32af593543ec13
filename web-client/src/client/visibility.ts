import { signal } from '@preact/signals'
import { thisPage, type Page } from './browser.ts'

/** Whether the app is expanded. The widget may be collapsed while its tab is visible. */
export const isUnfolded = signal(true)

/** Whether the person can see the app: it is expanded and its tab is visible. */
export function isVisible(page: Pick<Page, 'document'> = thisPage): boolean {
  return isUnfolded.value && page.document.visibilityState === 'visible'
}

/** Whether the app is visible and has the keyboard focus. */
export function hasFocus(page: { readonly document: Pick<Document, 'visibilityState' | 'hasFocus'> } = thisPage): boolean {
  return isVisible(page) && page.document.hasFocus()
}
