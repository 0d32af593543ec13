// The text of a message. Plain links are found here; light Markdown needs a parser, which is loaded for the first text that needs it. Until then, and for
// marks that are not supported, the text is shown as it was written.

import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { language } from '../locales/index.ts'
import { codesOf, hasVisible, inOrder } from '../protocol/visible.ts'
import { T } from '../testids.ts'
import { renderLinks } from './links.tsx'

type Renderer = (text: string) => VNode
const renderer = signal<Renderer | null>(null)
let asked = false
let load: () => Promise<{ readonly renderMarkdown: Renderer }> = () => import('./markdown.tsx')

/** Sets how the parser is loaded, for an app that loads its styles with it. Call before the first message is rendered. */
export function fetchMarkdown(by: typeof load): void {
  load = by
}

/** Loads the parser before the first text needs it. A failed load is tried again at the next call. */
export function prepareMarkdown(): void {
  if (asked) return
  asked = true
  load().then(({ renderMarkdown }) => { renderer.value = renderMarkdown }, () => { asked = false })
}

/** Tests whether a text needs more than plain rendering; most texts do not. `[ \t]` and not `\s`: a match across line ends would take quadratic time. */
export const MARKED_UP = /[*_`[\]>~\\]|^[ \t]*(?:[-+]|\d{1,9}[.)])\s|https?:\/\/|www\.|\S@\S/m

export function Body({ text }: { readonly text: string }) {
  if (!hasVisible(text)) return <p class="body muted" data-testid={T.messageBody} dir="ltr">{codesOf(text)}</p>
  if (!MARKED_UP.test(text)) return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
  return <MarkedUp text={text} />
}

function MarkedUp({ text }: { readonly text: string }) {
  const render = renderer.value
  const spoken = language()
  // Parsed once, and dropped when no longer rendered, so that no removed text stays in memory.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the links' hidden words depend on the language
  const linked = useMemo(() => renderLinks(text), [text, spoken])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the links' hidden words depend on the language
  const rich = useMemo(() => linked ?? render?.(text) ?? null, [text, linked, render, spoken])
  if (rich !== null) return <div class="body rich" data-testid={T.messageBody} dir="auto">{rich}</div>
  prepareMarkdown()
  return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
}
