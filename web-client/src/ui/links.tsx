// Links in texts that have no other marks: most of what is more than plain is an address among sentences, and needs no parser. What is shown is
// what the parser would make of it (a test holds the two side by side); of every text that might be read otherwise it keeps its hands.

import type { ComponentChildren, VNode } from 'preact'
import { inOrder } from '../protocol/visible.ts'
import { t } from '../locales/index.ts'

/** Addresses in everyday characters, between blanks, line ends and the marks that end a sentence. */
const LINK = /(?<=^|[ \n])https?:\/\/[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,}(?:\/(?:[A-Za-z0-9/%=?#.-]*[A-Za-z0-9/])?)?(?=[.,!?]?(?:[ \n]|$))/g
/** What could be a mark, or a block of another kind; and blanks where they might be taken for one. */
const OTHER = /[*_`[\]<>~\\|#&=\t\r@]|:\/\/|www\.|^(?: |[-+=]|\d{1,9}[.)])| \n| $/m
const CHARS_MAX = 2_048

/** Null: it is the parser's, or plain. */
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

/** Where a link can do no harm; null: it stays text. */
export function safe(href: string): string | null {
  try {
    const url = new URL(href)
    return url.protocol === 'https:' || url.protocol === 'http:' || url.protocol === 'mailto:' ? url.href : null
  } catch {
    return null
  }
}
