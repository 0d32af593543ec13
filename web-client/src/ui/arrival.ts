// Moves the focus when the view changes on a narrow page. Such a page shows either the list or a ticket, so the focused element disappears.

import { useEffect, useRef } from 'preact/hooks'

/** Whether the element is rendered, that is, takes up space on the page. */
export const isShown = (element: Element) => element.getClientRects().length > 0

/** True if the focus is on no visible element. */
export function isLost(near: Node): boolean {
  const root = near.getRootNode()
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
  return active === null || active === document.body || !isShown(active)
}

/** The visible main element of the page. If there is none (narrow pages), the list or the settings navigation. */
export function contentOf(page: Element): HTMLElement | undefined {
  const shown = [...page.querySelectorAll<HTMLElement>('main, .side, .settings-nav')].filter(isShown)
  return shown.find((one) => one.matches('main')) ?? shown[0]
}

/** Returns a ref for the heading of a view. When the view opens on a narrow page, the heading gets the focus. */
export function useArrival() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const element = heading.current
    const back = element?.closest('section')?.querySelector('.back')
    if (element !== null && back !== null && back !== undefined && isShown(back) && isLost(element)) element.focus({ preventScroll: true })
  }, [])
  return heading
}

/** Returns a ref for the element around the ticket list. When a ticket is closed, that ticket's row gets the focus again. */
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
