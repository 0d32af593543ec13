// Renders the parser's tokens as nodes, never as HTML text. Supports bold, italics, strikethrough, code, lists, quotes and links. All other
// Markdown is shown as typed.

import type { Token, Tokens } from 'marked'
import { Fragment, type ComponentChildren, type VNode } from 'preact'
import { inOrder } from '../protocol/shown-text.ts'
import { inOwnOrder } from '../protocol/visible.ts'
import { anchor, safe } from './links.tsx'
import { partsOf } from './markdown-parts.ts'
import { infoOf, isFormatting, lexLight, numberOf, shows, textOf } from './markdown-tokens.ts'

/** Markup that is nested deeper than this is shown as typed. */
const DEPTH_MAX = 8
/** Texts with more characters than this are shown as typed. */
const CHARS_MAX = 16_384
/** Time limit for parsing one message. Parts that are not parsed by then are shown as typed. */
const LEX_MS_MAX = 30

export function renderMarkdown(text: string): VNode {
  return <>{read(text)}</>
}

function read(text: string): ComponentChildren {
  if (text.length > CHARS_MAX) return <p>{inOrder(text)}</p>
  return many(lex(text), 0)
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
    return lexLight(text)
  } catch {
    return [{ type: 'text', raw: text, text }]
  }
}

function many(tokens: readonly Token[], depth: number): ComponentChildren {
  return tokens.map((token, index) => one(token, index, depth, tokens))
}

function one(token: Token, key: number, depth: number, all: readonly Token[]): ComponentChildren {
  if (depth > DEPTH_MAX) return inOrder(token.raw)
  const inner = 'tokens' in token && Array.isArray(token.tokens) ? token.tokens : null
  const children = inner === null ? inOrder(token.raw) : many(inner, depth + 1)
  switch (token.type) {
    case 'space': return null
    case 'paragraph': return <p key={key}>{children}</p>
    // In some list items, a text token contains inline tokens, and `children` is their rendering. Otherwise `children` is the token's text.
    case 'text': return children
    case 'strong': return marked(token, 2, all[key - 1], all[key + 1]) ? <strong key={key}>{children}</strong> : bare(token, 2, children)
    case 'em': return marked(token, 1, all[key - 1], all[key + 1]) ? <em key={key}>{children}</em> : bare(token, 1, children)
    // Text between single tildes is not struck through, because single tildes occur in names and numbers.
    case 'del': return !token.raw.startsWith('~~') ? bare(token, 1, children) : shows(token) ? <del key={key}>{children}</del> : inOrder(token.raw)
    // Markdown would hide a backslash before a line break. Show it, because it may be the end of a Windows path.
    case 'br': return <Fragment key={key}>{token.raw.startsWith('\\') && '\\'}<br /></Fragment>
    case 'codespan': return shows(token) ? <code key={key}>{inOwnOrder(textOf(token))}</code> : inOrder(token.raw)
    case 'code': return shows(token) ? code(token, key) : written(token, key)
    case 'blockquote': return shows(token) ? <blockquote key={key}>{children}</blockquote> : written(token, key)
    case 'list': return isList(token) && shows(token) ? list(token, key, depth) : written(token, key)
    case 'link': return isLink(token) && shows(token) ? link(token, key, children) : inOrder(token.raw)
    // All other tokens, including escaped characters, are shown as typed.
    default: return blockTypes.has(token.type) && !isInline(token) ? written(token, key) : inOrder(token.raw)
  }
}

function marked(token: Token, marks: number, before: Token | undefined, after: Token | undefined): boolean {
  return shows(token) && isFormatting(token.raw.slice(0, marks), before?.raw ?? '', after?.raw ?? '')
}

/** Shows the Markdown formatting characters as text around the content. */
function bare({ raw }: Token, marks: number, children: ComponentChildren): ComponentChildren {
  return [raw.slice(0, marks), children, raw.slice(-marks)]
}

/** Shows a whole block as typed. */
function written({ raw }: Token, key: number): VNode {
  return <p key={key}>{inOrder(trimmed(raw))}</p>
}

/**
 * Renders code. Indented lines are not treated as code, because people often paste indented text. The info text of fenced code is shown,
 * because it may be the first line of the code and not a language.
 */
function code(token: Token, key: number): VNode {
  const info = infoOf(token.raw)
  if (info === null) return written(token, key)
  return <pre key={key} tabIndex={0}><code dir="ltr">{info !== '' && <span class="muted">{inOwnOrder(info)}{'\n'}</span>}{inOwnOrder(textOf(token))}</code></pre>
}

const blockTypes = new Set(['heading', 'table', 'html', 'hr', 'def'])

/** Whether the token is an HTML tag within a line. Such a tag is shown as part of the line. */
function isInline(token: Token): boolean {
  return token.type === 'html' && 'block' in token && token.block === false
}

function trimmed(raw: string): string {
  return raw.replace(/\n+$/, '')
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list' && 'items' in token && Array.isArray(token.items)
}

/** Renders a list. Numbered items keep their numbers as typed. If HTML cannot show one of the numbers, the whole list is shown as typed. */
function list(token: Tokens.List, key: number, depth: number): VNode {
  const content = (item: Tokens.ListItem) => many(item.tokens, depth + 1)
  if (!token.ordered) return <ul key={key}>{token.items.map((item, index) => <li key={index}>{content(item)}</li>)}</ul>
  const numbers = token.items.map(numberOf)
  if (numbers.includes(null)) return written(token, key)
  return <ol key={key}>{token.items.map((item, index) => <li key={index} value={numbers[index] ?? undefined}>{content(item)}</li>)}</ol>
}

function isLink(token: Token): token is Tokens.Link {
  return token.type === 'link' && 'href' in token && typeof token.href === 'string'
}

/** Renders a link. Shows the source text if the scheme is unsafe, or if a title or a backslash in the source would become invisible. */
function link(token: Tokens.Link, key: number, children: ComponentChildren): ComponentChildren {
  const href = safe(token.href)
  const isNamed = token.raw.startsWith('[')
  if (href === null || (isNamed && (typeof token.title === 'string' || token.raw.includes('\\')))) return inOrder(token.raw)
  return anchor(href, key, children)
}
