// The keys of a group of buttons that is one stop for Tab.

import { direction } from '../locales/index.ts'

/** With one of these held, a key is the browser's: back, the top of the page. */
export const isHeld = ({ altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => altKey || ctrlKey || metaKey

/** The arrow keys, in the direction of writing, Home and End go to another button of the group; among tabs that is choosing it. */
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
