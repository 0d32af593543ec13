import { signal } from '@preact/signals'

/** Whether this face is open at all: a widget may be folded away while its tab is in front. */
export const unfolded = signal(true)

/** Whether somebody can see it now. */
export function isSeen(): boolean {
  return unfolded.value && document.visibilityState === 'visible'
}
