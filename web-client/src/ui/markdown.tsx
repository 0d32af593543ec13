// Tokens of the parser as nodes, never as HTML. Bold, italics, struck text, code, lists, quotes and links; everything else is shown as written.

import { Lexer, type Token, type Tokens } from 'marked'
import type { ComponentChildren, VNode } from 'preact'
import { t } from '../strings/index.ts'
import { partsOf } from './markdown-parts.ts'

/** Deeper nesting is nobody's message. */
const DEPTH_MAX = 8
/** Longer texts are shown as written. */
const CHARS_MAX = 16_384
/** What the parser may take for one message; what is left then is shown as written. */
const LEX_MS_MAX = 30
const CACHE_MAX = 400
const lexed = new Map<string, readonly Token[]>()

export function renderMarkdown(text: string): VNode {
  return <>{read(text)}</>
}

function read(text: string): ComponentChildren {
  if (text.length > CHARS_MAX) return <p>{text}</p>
  const known = lexed.get(text)
  const tokens = known ?? lex(text)
  if (known === undefined) {
    if (lexed.size >= CACHE_MAX) lexed.clear()
    lexed.set(text, tokens)
  }
  return many(tokens, 0)
}

function lex(text: string): readonly Token[] {
  const begun = performance.now()
  return partsOf(text).flatMap((part) => (part.isPlain || performance.now() - begun > LEX_MS_MAX ? [asWritten(part.text)] : lexPart(part.text)))
}

function asWritten(text: string): Token {
  return { type: 'paragraph', raw: text, text, tokens: [{ type: 'text', raw: text, text }] }
}

function lexPart(text: string): readonly Token[] {
  try {
    return new Lexer({ gfm: true, breaks: true }).lex(text)
  } catch {
    return [{ type: 'text', raw: text, text }]
  }
}

function many(tokens: readonly Token[], depth: number): ComponentChildren {
  return tokens.map((token, index) => one(token, index, depth))
}

function one(token: Token, key: number, depth: number): ComponentChildren {
  if (depth > DEPTH_MAX) return token.raw
  const inner = 'tokens' in token && Array.isArray(token.tokens) ? token.tokens : null
  const children = inner === null ? token.raw : many(inner, depth + 1)
  switch (token.type) {
    case 'space': return null
    case 'paragraph': return <p key={key}>{children}</p>
    // Inside a tight list item a text token holds the inline tokens; elsewhere it is the text itself.
    case 'text': return inner === null ? ('text' in token ? String(token.text) : token.raw) : children
    case 'escape': return 'text' in token ? String(token.text) : token.raw
    case 'strong': return <strong key={key}>{children}</strong>
    case 'em': return <em key={key}>{children}</em>
    case 'del': return <del key={key}>{children}</del>
    case 'br': return <br key={key} />
    case 'codespan': return <code key={key}>{'text' in token ? String(token.text) : token.raw}</code>
    case 'code': return isFenced(token) ? <pre key={key} tabIndex={0}><code dir="ltr">{'text' in token ? String(token.text) : token.raw}</code></pre> : <p key={key}>{trimmed(token.raw)}</p>
    case 'blockquote': return <blockquote key={key}>{children}</blockquote>
    case 'list': return isList(token) ? list(token, key, depth) : token.raw
    case 'link': return isLink(token) ? link(token, key, children) : token.raw
    default: return blockTypes.has(token.type) && !isInline(token) ? <p key={key}>{trimmed(token.raw)}</p> : token.raw
  }
}

const blockTypes = new Set(['heading', 'table', 'html', 'hr', 'def'])

/** HTML within a line is a part of it. */
function isInline(token: Token): boolean {
  return token.type === 'html' && 'block' in token && token.block === false
}

/** An indented line is no code here: people paste such lines. */
function isFenced(token: Token): boolean {
  return /^\s*(?:```|~~~)/.test(token.raw)
}

function trimmed(raw: string): string {
  return raw.replace(/\n+$/, '')
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list' && 'items' in token && Array.isArray(token.items)
}

function list(token: Tokens.List, key: number, depth: number): VNode {
  const items = token.items.map((item, index) => <li key={index}>{many(item.tokens, depth + 1)}</li>)
  return token.ordered ? <ol key={key} start={token.start === '' ? 1 : token.start}>{items}</ol> : <ul key={key}>{items}</ul>
}

function isLink(token: Token): token is Tokens.Link {
  return token.type === 'link' && 'href' in token && typeof token.href === 'string'
}

/** Only where a link can do no harm; anything else stays text. */
function link(token: Tokens.Link, key: number, children: ComponentChildren): ComponentChildren {
  const href = safe(token.href)
  if (href === null) return token.raw
  return <a key={key} href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">{children}<span class="hidden"> ({t('thread.opens_in_new')})</span></a>
}

function safe(href: string): string | null {
  try {
    const url = new URL(href)
    return url.protocol === 'https:' || url.protocol === 'http:' || url.protocol === 'mailto:' ? url.href : null
  } catch {
    return null
  }
}
