// The parser's tokens, narrowed to what light Markdown is: fewer things are read as marks, and links end where they were meant to. Pure.

import { Lexer, Tokenizer, type Token, type Tokens } from 'marked'
import { hasVisible } from '../protocol/visible.ts'

/** Punctuation of other scripts ends an address, and so does what cannot be seen and what no address may hold. Dashes and the dots within words do not. */
const ADDRESS_END = /(?![\p{ASCII}\p{Pd}\p{Pc}\u00B7\u30FB])\p{P}|[\p{Default_Ignorable_Code_Point}"<>`\\]/u
const TRAILING = /[?!.,:;*_'~\u30FB]+$/
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

export function lexLight(text: string): readonly Token[] {
  return new Lexer({ gfm: true, breaks: true, tokenizer: new LightTokenizer() }).lex(text)
}

class LightTokenizer extends Tokenizer {
  // An address that stands elsewhere in the text: reference links are not written here, and their target would be hidden.
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

/** The part of it that is an address. */
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

/** Whether anything would be seen of it without its marks. */
export function shows(token: Token): boolean {
  if (token.type === 'list' && 'items' in token && Array.isArray(token.items)) return token.items.some(shows)
  if (token.type === 'code') return hasVisible(infoOf(token.raw) ?? token.raw) || hasVisible(textOf(token))
  if (token.type === 'codespan') return hasVisible(textOf(token))
  return 'tokens' in token && Array.isArray(token.tokens) ? token.tokens.some(shows) : hasVisible(token.raw)
}

export function textOf(token: Token): string {
  return 'text' in token ? String(token.text) : token.raw
}

/** What stands behind the marks of fenced code; null: it is none. */
export function infoOf(raw: string): string | null {
  return /^ {0,3}(?:`{3,}|~{3,})([^\n]*)/.exec(raw)?.[1]?.trim() ?? null
}

/** The number that an item was given; null: none that a list can show as it was written. */
export function numberOf(item: Tokens.ListItem): number | null {
  const digits = /^\s*(\d{1,9})/.exec(item.raw)?.[1] ?? ''
  return digits === '' || String(Number(digits)) !== digits ? null : Number(digits)
}

/** Within a word or a sum, a star is a star. */
export function isFormatting(mark: string, before: string, after: string): boolean {
  return !mark.startsWith('*') || !(/[0-9A-Za-z)]$/.test(before) || /^[0-9A-Za-z(]/.test(after))
}
