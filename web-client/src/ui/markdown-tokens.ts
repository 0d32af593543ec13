// Restricts the Markdown parser to a subset of Markdown: fewer characters count as formatting, and a link ends where its author meant it to
// end. Pure.

import { Lexer, Tokenizer, type Token, type Tokens } from 'marked'
import { hasVisible } from '../protocol/visible.ts'

/**
 * A character that ends a link: an invisible character, a character that no address may contain, or non-ASCII punctuation (except dashes,
 * connectors and middle dots).
 */
const ADDRESS_END = /(?![\p{ASCII}\p{Pd}\p{Pc}\u00B7\u30FB])\p{P}|[\p{Default_Ignorable_Code_Point}"<>`\\]/u
const TRAILING = /[?!.,:;*_'~\u30FB]+$/
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

export function lexLight(text: string): readonly Token[] {
  return new Lexer({ gfm: true, breaks: true, tokenizer: new LightTokenizer() }).lex(text)
}

class LightTokenizer extends Tokenizer {
  // Reference links are disabled: the address of such a link is elsewhere in the text, so the reader would not see it.
  override def(): undefined {
    return undefined
  }
  override reflink(): undefined {
    return undefined
  }
  override url(source: string): Tokens.Link | undefined {
    const token = super.url(source)
    if (token === undefined || token.href.startsWith('mailto:')) return token
    const raw = addressOf(token.raw)
    if (raw === token.raw) return token
    return { ...token, raw, text: raw, href: token.href.slice(0, token.href.length - token.raw.length + raw.length), tokens: [{ type: 'text', raw, text: raw }] }
  }
}

/** Returns the part of `found` that is the link's address, without brackets or punctuation that follow it. */
function addressOf(found: string): string {
  const end = ADDRESS_END.exec(found)?.index ?? found.length
  const open: string[] = []
  let at = 0
  for (; at < end; at++) {
    const one = found.charAt(at)
    if (one === '(' || one === '[' || one === '{') open.push(one)
    else if (Object.hasOwn(BRACKETS, one) && open.pop() !== BRACKETS[one]) break
  }
  return at === found.length ? found : found.slice(0, at).replace(TRAILING, '')
}

/** Whether anything of the token remains visible without its formatting characters. */
export function shows(token: Token): boolean {
  if (token.type === 'list' && 'items' in token && Array.isArray(token.items)) return token.items.some(shows)
  if (token.type === 'code') return hasVisible(infoOf(token.raw) ?? token.raw) || hasVisible(textOf(token))
  if (token.type === 'codespan') return hasVisible(textOf(token))
  return 'tokens' in token && Array.isArray(token.tokens) ? token.tokens.some(shows) : hasVisible(token.raw)
}

export function textOf(token: Token): string {
  return 'text' in token ? String(token.text) : token.raw
}

/** The info text on the first line of fenced code, for example a language. Null if `raw` is not fenced code. */
export function infoOf(raw: string): string | null {
  return /^ {0,3}(?:`{3,}|~{3,})([^\n]*)/.exec(raw)?.[1]?.trim() ?? null
}

/** The number of a list item as typed. Null if an HTML list cannot show it that way, for example with leading zeros. */
export function numberOf(item: Tokens.ListItem): number | null {
  const digits = /^\s*(\d{1,9})/.exec(item.raw)?.[1] ?? ''
  return digits === '' || String(Number(digits)) !== digits ? null : Number(digits)
}

/**
 * Whether the characters `mark` between `before` and `after` count as Markdown formatting. A star next to a digit or a Latin letter may be
 * part of a word or a calculation, so it is shown as a star.
 */
export function isFormatting(mark: string, before: string, after: string): boolean {
  return !mark.startsWith('*') || !(/[0-9A-Za-z)]$/.test(before) || /^[0-9A-Za-z(]/.test(after))
}
