// Renders only the visible part of a long list whose row heights are known only after rendering. The first visible row keeps its position
// when rows above it change. A reader at the end of the list stays at the end when rows are added.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** A list of at most this many rows is rendered completely, so that the browser's own search finds all its text. */
const WHOLE_ROWS_MAX = 150
/** Rows are also rendered this many pixels above and below the visible part. */
const OVERSCAN_PX = 900
/** A reader who is at most this many pixels from the end counts as at the end. */
const END_PX = 80
const ROW_PX = 64

export interface Window {
  readonly from: number
  readonly to: number
  readonly before_px: number
  readonly after_px: number
}

/**
 * Returns the range of rows to render for the visible part from `top` to `bottom`. `tops` contains the offset of each row and, as its last
 * element, the total height. Pure.
 */
export function windowOf(tops: readonly number[], top: number, bottom: number): Window {
  const count = tops.length - 1
  if (count <= WHOLE_ROWS_MAX) return { from: 0, to: count, before_px: 0, after_px: 0 }
  const from = Math.max(0, lastAtOrBefore(tops, top - OVERSCAN_PX))
  const to = Math.min(count, lastAtOrBefore(tops, bottom + OVERSCAN_PX) + 1)
  return { from, to, before_px: tops[from] ?? 0, after_px: (tops[count] ?? 0) - (tops[to] ?? 0) }
}

function lastAtOrBefore(tops: readonly number[], place: number): number {
  let [low, high] = [0, tops.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] ?? 0) <= place) low = middle
    else high = middle - 1
  }
  return low
}

export function useVirtual(ids: readonly string[]) {
  const scroller = useRef<HTMLDivElement>(null)
  const heights = useRef(new Map<string, number>())
  const anchor = useRef<{ readonly id: string; readonly offset_px: number } | null>(null)
  const stuck = useRef(true)
  const [view, setView] = useState({ top: Number.MAX_SAFE_INTEGER / 2, height: 800 })
  const [isAtEnd, setAtEnd] = useState(true)
  const [, remeasured] = useState(0)

  const tops: number[] = [0]
  for (const id of ids) tops.push((tops.at(-1) ?? 0) + (heights.current.get(id) ?? ROW_PX))
  const bottom = Math.max(0, (tops.at(-1) ?? 0) - view.height)
  const held = stuck.current || anchor.current === null ? -1 : ids.indexOf(anchor.current.id)
  // Compute the scroll position from the anchored row (the row that keeps its place on the screen), not from the last scroll offset,
  // because rows may have been added above it.
  const place = held < 0 || anchor.current === null ? view.top : (tops[held] ?? 0) - anchor.current.offset_px
  const top = stuck.current ? bottom : Math.min(place, bottom)
  const window_ = windowOf(tops, top, top + view.height)

  const rowsOf = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>(':scope > .rows > [data-row]')]
  const look = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const edge = element.getBoundingClientRect().top
    // Do not anchor a day heading: it moves when earlier messages of the same day are added.
    const first = rowsOf(element).find((row) => row.dataset['fleeting'] === undefined && row.getBoundingClientRect().bottom > edge)
    anchor.current = first?.dataset['row'] === undefined ? null : { id: first.dataset['row'], offset_px: first.getBoundingClientRect().top - edge }
  }, [])

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- measures the rows after every render, and renders again until no height changes
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    let changed = false
    for (const row of rowsOf(element)) {
      const [id, height] = [row.dataset['row'] ?? '', row.offsetHeight]
      if (Math.abs((heights.current.get(id) ?? -1) - height) < 1) continue
      heights.current.set(id, height)
      changed = true
    }
    if (stuck.current) element.scrollTop = element.scrollHeight
    else if (anchor.current !== null) {
      const held = rowsOf(element).find((row) => row.dataset['row'] === anchor.current?.id)
      const drift = held === undefined ? 0 : held.getBoundingClientRect().top - element.getBoundingClientRect().top - anchor.current.offset_px
      if (Math.abs(drift) >= 1) element.scrollTop += drift
      // After a long jump, the anchored row (the row that keeps its place on the screen) may no longer be rendered, so choose a new
      // anchored row.
      look()
    }
    if (changed && ids.length > WHOLE_ROWS_MAX) remeasured((n) => n + 1)
  })

  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const scrolled = () => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX
      setAtEnd(stuck.current)
      look()
      setView((before) => (Math.abs(before.top - element.scrollTop) > OVERSCAN_PX / 3 || before.height !== element.clientHeight ? { top: element.scrollTop, height: element.clientHeight } : before))
    }
    // The available height changes with the size of the composer and of the window.
    const resized = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight
      setView((before) => (before.height === element.clientHeight ? before : { ...before, height: element.clientHeight }))
    })
    resized.observe(element)
    element.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', scrolled)
    }
  }, [look])

  const toEnd = useCallback(() => {
    stuck.current = true
    setAtEnd(true)
    setView((before) => ({ ...before, top: Number.MAX_SAFE_INTEGER / 2 }))
  }, [])
  return { scroller, window: window_, isAtEnd, toEnd }
}
