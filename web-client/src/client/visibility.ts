import { signal } from '@preact/signals'

/** Whether this face is open at all: a widget may be folded away while its tab is in front. */
export const isUnfolded = signal(true)

/** Whether somebody can see it now. */
export function isVisible(): boolean {
  return isUnfolded.value && document.visibilityState === 'visible'
}
