import { signal } from '@preact/signals'
import { thisPage, type Page } from './browser.ts'

/** Whether this face is open at all: a widget may be folded away while its tab is in front. */
export const isUnfolded = signal(true)

/** Whether somebody can see it now. */
export function isVisible(page: Pick<Page, 'document'> = thisPage): boolean {
  return isUnfolded.value && page.document.visibilityState === 'visible'
}

/** Whether the keyboard is there as well. */
export function hasFocus(page: { readonly document: Pick<Document, 'visibilityState' | 'hasFocus'> } = thisPage): boolean {
  return isVisible(page) && page.document.hasFocus()
}
