// Renders the text of a message. Plain links are recognised without the Markdown parser, which is loaded for the first text that needs it.
// Until then, and for unsupported Markdown, the text is shown as typed.

import { signal } from '@preact/signals'
import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { language } from '../locales/index.ts'
import { codesOf, inOrder } from '../protocol/shown-text.ts'
import { hasVisible } from '../protocol/visible.ts'
import { T } from '../testids.ts'
import { renderLinks } from './links.tsx'

type Renderer = (text: string) => VNode
const renderer = signal<Renderer | null>(null)
let asked = false
let load: () => Promise<{ readonly renderMarkdown: Renderer }> = () => import('./markdown.tsx')

/**
 * Sets how the Markdown parser is loaded, for an app that loads styles together with the parser. Call before the first message is rendered.
 */
export function fetchMarkdown(by: typeof load): void {
  load = by
}

/** Loads the Markdown parser. After a failed load, the next call tries again. */
export function prepareMarkdown(): void {
  if (asked) return
  asked = true
  load().then(({ renderMarkdown }) => { renderer.value = renderMarkdown }, () => { asked = false })
}

/**
 * Tests whether a text may contain markup; most texts do not. The pattern uses `[ \t]` for indentation, because `\s` could match across
 * line ends and take quadratic time.
 */
export const MARKED_UP = /[*_`[\]>~\\]|^[ \t]*(?:[-+]|\d{1,9}[.)])\s|https?:\/\/|www\.|\S@\S/m

export function Body({ text }: { readonly text: string }) {
  if (!hasVisible(text)) return <p class="body muted" data-testid={T.messageBody} dir="ltr">{codesOf(text)}</p>
  if (!MARKED_UP.test(text)) return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
  return <MarkedUp text={text} />
}

function MarkedUp({ text }: { readonly text: string }) {
  const render = renderer.value
  const spoken = language()
  // Results are cached only while the message is rendered, so that the text of a removed message does not stay in memory.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- each link contains a translated text for screen readers
  const linked = useMemo(() => renderLinks(text), [text, spoken])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- each link contains a translated text for screen readers
  const rich = useMemo(() => linked ?? render?.(text) ?? null, [text, linked, render, spoken])
  if (rich !== null) return <div class="body rich" data-testid={T.messageBody} dir="auto">{rich}</div>
  prepareMarkdown()
  return <p class="body" data-testid={T.messageBody} dir="auto">{inOrder(text)}</p>
}
