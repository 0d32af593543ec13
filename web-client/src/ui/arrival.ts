// Where the focus goes on a narrow page, where the list and the ticket take turns: what had it is not there any more.

import { useEffect, useRef } from 'preact/hooks'

/** Whether it has a place in the page as it is now. */
export const isShown = (element: Element) => element.getClientRects().length > 0

/** Whether nothing that can be seen has the focus. */
export function isLost(near: Node): boolean {
  const root = near.getRootNode()
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null
  return active === null || active === document.body || !isShown(active)
}

/** What the page is for; where a narrow one shows what leads there in its place, that. */
export function contentOf(page: Element): HTMLElement | undefined {
  const shown = [...page.querySelectorAll<HTMLElement>('main, .side, .settings-nav')].filter(isShown)
  return shown.find((one) => one.matches('main')) ?? shown[0]
}

/** For the heading of what was opened. */
export function useArrival() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const element = heading.current
    const back = element?.closest('section')?.querySelector('.back')
    if (element !== null && back !== null && back !== undefined && isShown(back) && isLost(element)) element.focus({ preventScroll: true })
  }, [])
  return heading
}

/** For what holds the list: the row of the ticket that was left has the focus again. */
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
