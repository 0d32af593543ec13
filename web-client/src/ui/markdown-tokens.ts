// Restricts the parser's tokens to light Markdown: fewer marks count as formatting, and links end where their authors meant. Pure.

import { Lexer, Tokenizer, type Token, type Tokens } from 'marked'
import { hasVisible } from '../protocol/visible.ts'

/** A character that ends a link: non-ASCII punctuation except dashes, connectors and middle dots; an invisible character; one that no address may contain. */
const ADDRESS_END = /(?![\p{ASCII}\p{Pd}\p{Pc}\u00B7\u30FB])\p{P}|[\p{Default_Ignorable_Code_Point}"<>`\\]/u
const TRAILING = /[?!.,:;*_'~\u30FB]+$/
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

export function lexLight(text: string): readonly Token[] {
  return new Lexer({ gfm: true, breaks: true, tokenizer: new LightTokenizer() }).lex(text)
}

class LightTokenizer extends Tokenizer {
  // No reference links: their targets are elsewhere in the text and would be hidden.
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

/** The part of `found` that is the link's address. */
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

/** Whether the token shows anything once its marks are removed. */
export function shows(token: Token): boolean {
  if (token.type === 'list' && 'items' in token && Array.isArray(token.items)) return token.items.some(shows)
  if (token.type === 'code') return hasVisible(infoOf(token.raw) ?? token.raw) || hasVisible(textOf(token))
  if (token.type === 'codespan') return hasVisible(textOf(token))
  return 'tokens' in token && Array.isArray(token.tokens) ? token.tokens.some(shows) : hasVisible(token.raw)
}

export function textOf(token: Token): string {
  return 'text' in token ? String(token.text) : token.raw
}

/** The info text after the opening marks of fenced code; null if it is not fenced code. */
export function infoOf(raw: string): string | null {
  return /^ {0,3}(?:`{3,}|~{3,})([^\n]*)/.exec(raw)?.[1]?.trim() ?? null
}

/** The number of a list item as typed; null if a list cannot show it that way (leading zeros). */
export function numberOf(item: Tokens.ListItem): number | null {
  const digits = /^\s*(\d{1,9})/.exec(item.raw)?.[1] ?? ''
  return digits === '' || String(Number(digits)) !== digits ? null : Number(digits)
}

/** False for a star inside a word or a calculation, which stays a star. */
export function isFormatting(mark: string, before: string, after: string): boolean {
  return !mark.startsWith('*') || !(/[0-9A-Za-z)]$/.test(before) || /^[0-9A-Za-z(]/.test(after))
}
