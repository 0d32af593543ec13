// A message's text. Light Markdown is read by a parser that is fetched when the first text needs it; until then, and for everything that
// the allow-list does not name, the text stands as it was written.

import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { T } from '../testids.ts'

type Renderer = (text: string) => VNode
const renderer = signal<Renderer | null>(null)
let asked = false

/** Fetches the parser ahead of the first text. */
export function prepareMarkdown(): void {
  if (asked) return
  asked = true
  import('./markdown.tsx').then(({ renderMarkdown }) => { renderer.value = renderMarkdown }, () => { asked = false })
}

/** Most texts are plain, and cost nothing. Indentation is blanks and tabs alone: line ends would be tried from each of them anew. */
export const MARKED_UP = /[*_`[\]>~\\]|^[ \t]*(?:[-+]|\d{1,9}[.)])\s|https?:\/\/|www\.|\S@\S/m

export function Body({ text }: { readonly text: string }) {
  if (!MARKED_UP.test(text)) return <p class="body" data-testid={T.messageBody} dir="auto">{text}</p>
  if (renderer.value === null) {
    prepareMarkdown()
    return <p class="body" data-testid={T.messageBody} dir="auto">{text}</p>
  }
  return <div class="body rich" data-testid={T.messageBody} dir="auto">{renderer.value(text)}</div>
}
