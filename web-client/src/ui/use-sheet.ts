// Adds the style sheet of a lazily loaded part to the document or shadow root that contains the part.

import { useLayoutEffect } from 'preact/hooks'
import { inPixels } from './pixels.ts'

const made = new Map<string, CSSStyleSheet>()

function sheetOf(css: string): CSSStyleSheet {
  const held = made.get(css)
  if (held !== undefined) return held
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  made.set(css, sheet)
  return sheet
}

/** `css` must be the same string in every call. Each string is added only once, and is never removed. */
export function useSheet(inside: { readonly current: Element | null }, css: string): void {
  useLayoutEffect(() => {
    const root = inside.current?.getRootNode()
    if (!(root instanceof Document) && !(root instanceof ShadowRoot)) return
    // In a shadow root, `rem` depends on the host page's root font size, so convert the lengths to pixels.
    const sheet = sheetOf(root instanceof ShadowRoot ? inPixels(css) : css)
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }, [inside, css])
}
