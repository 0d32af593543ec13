// Keyboard support for a group of buttons that counts as a single Tab stop: the arrow keys move between the buttons.

import { direction } from '../locales/index.ts'

/** Whether a modifier key is held. Arrow keys with a modifier belong to the browser, for example for "back". */
export const isHeld = ({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => altKey || ctrlKey || metaKey

/**
 * Moves the focus within a group of buttons. Arrow keys follow the direction of writing, and Home and End go to the first and last button.
 * In a group of tabs, the focused tab is also chosen.
 */
export function arrows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  if (isHeld(event)) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')]
  const at = all.findIndex((one) => one === event.target)
  const onwards = direction() === 'rtl' ? -1 : 1
  const to = new Map([['ArrowRight', at + onwards], ['ArrowLeft', at - onwards], ['ArrowDown', at + 1], ['ArrowUp', at - 1], ['Home', 0], ['End', all.length - 1]]).get(event.key)
  const next = at < 0 || to === undefined ? undefined : all.at(to % all.length)
  if (next === undefined) return
  event.preventDefault()
  next.focus()
  if (next.role === 'tab') next.click()
}
