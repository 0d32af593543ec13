// Arrow keys in a group of buttons that is a single Tab stop.

import { direction } from '../locales/index.ts'

/** Whether a modifier is held. Such keys belong to the browser (back, top of the page). */
export const isHeld = ({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => altKey || ctrlKey || metaKey

/** Moves the focus within the group: arrow keys in the direction of writing, Home and End. Among tabs, the move also chooses the tab. */
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
