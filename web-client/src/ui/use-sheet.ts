// The style sheet of a part that is fetched later, added to whatever the part stands in: the page, or a shadow root in another site's page.

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

/** `css` must be the same text at every call: it is added once, and stays. */
export function useSheet(inside: { readonly current: Element | null }, css: string): void {
  useLayoutEffect(() => {
    const root = inside.current?.getRootNode()
    if (!(root instanceof Document) && !(root instanceof ShadowRoot)) return
    // In a shadow root the size of the host's root is the host's business.
    const sheet = sheetOf(root instanceof ShadowRoot ? inPixels(css) : css)
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }, [inside, css])
}
