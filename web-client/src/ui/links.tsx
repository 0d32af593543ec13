// Renders texts that contain plain links and no other markup, without the Markdown parser. Most messages that are not plain text are of
// this kind. The result equals the parser's, as a test checks. Any text that the parser might read differently is left to the parser.

import type { ComponentChildren, VNode } from 'preact'
import { inOrder } from '../protocol/shown-text.ts'
import { t } from '../locales/index.ts'

/** A link that the Markdown parser would not read differently. It is surrounded by spaces, line ends or a sentence's final punctuation. */
const LINK = /(?<=^|[ \n])https?:\/\/[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,}(?:\/(?:[A-Za-z0-9/%=?#.-]*[A-Za-z0-9/])?)?(?=[.,!?]?(?:[ \n]|$))/g
/** Anything that might be Markdown: a formatting character, the start of a block, or spaces that Markdown interprets. */
const OTHER = /[*_`[\]<>~\\|#&=\t\r@]|:\/\/|www\.|^(?: |[-+=]|\d{1,9}[.)])| \n| $/m
const CHARS_MAX = 2_048

/** Renders a text that contains plain links. Returns null if the text needs the Markdown parser. */
export function renderLinks(text: string): VNode | null {
  if (text.length > CHARS_MAX || OTHER.test(text.replace(LINK, 'link'))) return null
  const blocks = text.split(/\n{2,}/).filter((block) => block !== '')
  return <>{blocks.map((block, index) => <p key={index}>{linesOf(block.replace(/^\n|\n$/g, ''))}</p>)}</>
}

function linesOf(block: string): ComponentChildren {
  return block.split('\n').map((line, index) => [index > 0 && <br />, ...partsOf(line)])
}

function partsOf(line: string): ComponentChildren[] {
  const parts: ComponentChildren[] = []
  let at = 0
  for (const found of line.matchAll(LINK)) {
    const href = safe(found[0])
    if (href === null) continue
    parts.push(inOrder(line.slice(at, found.index)), anchor(href, found.index, found[0]))
    at = found.index + found[0].length
  }
  return [...parts, inOrder(line.slice(at))]
}

export function anchor(href: string, key: number, children: ComponentChildren): VNode {
  return <a key={key} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">{children}<span class="hidden"> ({t('timeline.opens_in_new')})</span></a>
}

/** Returns the normalised address if its scheme is safe. Returns null if the link must be shown as text. */
export function safe(href: string): string | null {
  try {
    const url = new URL(href)
    return url.protocol === 'https:' || url.protocol === 'http:' || url.protocol === 'mailto:' ? url.href : null
  } catch {
    return null
  }
}
