// Adds the style sheet of a lazily loaded part to the document or the shadow root that contains the part.

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

/** `css` must be the same string in every call: each string is added once and stays. */
export function useSheet(inside: { readonly current: Element | null }, css: string): void {
  useLayoutEffect(() => {
    const root = inside.current?.getRootNode()
    if (!(root instanceof Document) && !(root instanceof ShadowRoot)) return
    // In a shadow root, the root font size belongs to the host page: use pixels.
    const sheet = sheetOf(root instanceof ShadowRoot ? inPixels(css) : css)
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }, [inside, css])
}
