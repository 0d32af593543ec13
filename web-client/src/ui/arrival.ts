// Moves the focus on a narrow page, which shows either the list or a ticket: the element that had it disappears when the view changes.

import { useEffect, useRef } from 'preact/hooks'

/** Whether the element takes up space on the page now. */
export const isShown = (element: Element) => element.getClientRects().length > 0

/** Whether no visible element has the focus. */
export function isLost(near: Node): boolean {
  const root = near.getRootNode()
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
  return active === null || active === document.body || !isShown(active)
}

/** The visible main part of the page. On a narrow page without one, the list or the navigation. */
export function contentOf(page: Element): HTMLElement | undefined {
  const shown = [...page.querySelectorAll<HTMLElement>('main, .side, .settings-nav')].filter(isShown)
  return shown.find((one) => one.matches('main')) ?? shown[0]
}

/** Give the ref to the heading of the view that opened. On a narrow page it takes the focus. */
export function useArrival() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const element = heading.current
    const back = element?.closest('section')?.querySelector('.back')
    if (element !== null && back !== null && back !== undefined && isShown(back) && isLost(element)) element.focus({ preventScroll: true })
  }, [])
  return heading
}

/** Give the ref to the element around the list. When a ticket closes, the ticket's row gets the focus back. */
export function useReturn(place: string) {
  const holder = useRef<HTMLDivElement>(null)
  const before = useRef(place)
  useEffect(() => {
    const left = before.current
    before.current = place
    const element = holder.current
    if (place !== '' || left === '' || element === null || !isLost(element)) return
    element.querySelector<HTMLElement>(`a[data-number="${CSS.escape(left)}"]`)?.focus()
  }, [place])
  return holder
}
