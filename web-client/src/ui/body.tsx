// A message's text. Links alone are found here; light Markdown is read by a parser that is fetched when the first text needs it; until then, and for everything that
// the allow-list does not name, the text stands as it was written.

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

/** From where an app has the parser that has no style sheet for what it makes; before the first text. */
export function fetchMarkdown(by: typeof load): void {
  load = by
}

/** Fetches the parser ahead of the first text. */
export function prepareMarkdown(): void {
  if (asked) return
  asked = true
  load().then(({ renderMarkdown }) => { renderer.value = renderMarkdown }, () => { asked = false })
}

/** Most texts are plain, and cost nothing. Indentation is blanks and tabs alone: line ends would be tried from each of them anew. */
export const MARKED_UP = /[*_`[\]>~\\]|^[ \t]*(?:[-+]|\d{1,9}[.)])\s|https?:\/\/|www\.|\S@\S/m

export function Body({ text }: { readonly text: string }) {
  if (!hasVisible(text)) return <p class="body muted" data-testid={T.messageBody} dir="ltr">{codesOf(text)}</p>
  if (!MARKED_UP.test(text)) return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
  return <MarkedUp text={text} />
}

function MarkedUp({ text }: { readonly text: string }) {
  const render = renderer.value
  const spoken = language()
  // Read once, and kept no longer than it is shown: a text that was removed is in no memory.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- links are spoken in the language
  const linked = useMemo(() => renderLinks(text), [text, spoken])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- links are spoken in the language
  const rich = useMemo(() => linked ?? render?.(text) ?? null, [text, linked, render, spoken])
  if (rich !== null) return <div class="body rich" data-testid={T.messageBody} dir="auto">{rich}</div>
  prepareMarkdown()
  return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
}
