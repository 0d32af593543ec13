// Tests that a text whose only markup is links looks the same with and without the Markdown parser.

import { isValidElement, type ComponentChildren } from 'preact'
import { afterEach, expect, test, vi } from 'vitest'
import { renderLinks } from '../src/ui/links.tsx'
import { renderMarkdown } from '../src/ui/markdown.tsx'

/** Serialises rendered elements with their attributes. Adjacent texts are joined. */
function drawn(node: ComponentChildren): string {
  if (node === null || node === undefined || typeof node === 'boolean') return ''
  if (typeof node === 'string' || typeof node === 'number' || typeof node === 'bigint') return JSON.stringify(String(node)).slice(1, -1).replace(/[<>]/g, (sign) => `\\${sign}`)
  if (Array.isArray(node)) return node.map(drawn).join('')
  if (!isValidElement(node)) throw new Error('no element')
  const { children, ...rest } = node.props as { readonly children?: ComponentChildren } & Readonly<Record<string, unknown>>
  const inner = drawn(children)
  return typeof node.type === 'string' ? `<${node.type} ${JSON.stringify(rest)}>${inner}</${node.type}>` : inner
}

const PIECES = [
  'Good morning,', 'see', 'https://example.org', 'https://example.org/', 'http://example.org/a/b-c.html', 'https://shop.example.org/order?id=12', 'https://example.org/a%20b#part', 'https://example.org.', 'https://example.org/x,',
  'https://example.org!', '(https://example.org)', 'https://example.org/a_b', 'https://example.org/(a)', 'https://example.org/?a=1&copy=2', 'HTTPS://EXAMPLE.org', 'https://exämple.org', 'http://localhost:80/x', 'www.example.org', 'ada@example.org',
  'ftp://example.org', 'https://', 'https://a', 'nothttps://example.org', '-', '- a', '1. a', '1)', '12', '---', '===', '#', '# a', '> a', '*', '**a**', '_a_', '`', '|', '&amp;', '<b>', '~~a~~', '\\', '...', '!', '?', "it's", '"so"', 'مرحبا', '\u202E', '\t', '    ',
]
const BETWEEN = [' ', ' ', ' ', '\n', '\n', '\n\n', '\n\n\n', '', '  \n', '\n ']

afterEach(() => void vi.restoreAllMocks())

/** A small seeded random generator: the same seed gives the same numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('any text that does not need the parser is drawn as the parser draws it', () => {
  // Stop the clock. On a busy machine the parser would otherwise exceed its time limit and show the text as typed.
  vi.spyOn(performance, 'now').mockReturnValue(0)
  const below = numbers(7)
  let found = 0
  for (let run = 0; run < 20_000; run++) {
    // Half of the texts use only common pieces. Otherwise too few texts could be rendered without the parser.
    const pieces = run % 2 === 0 ? PIECES : PIECES.slice(0, 9)
    const text = Array.from({ length: 1 + below(7) }, () => (pieces[below(pieces.length)] ?? '') + (BETWEEN[below(BETWEEN.length)] ?? '')).join('')
    const linked = renderLinks(text)
    if (linked === null) continue
    if (text.includes('://')) found++
    expect(drawn(linked), JSON.stringify(text)).toBe(drawn(renderMarkdown(text)))
  }
  expect(found).toBeGreaterThan(1_500)
})

test('an address among sentences needs no parser', () => {
  const linked = renderLinks('Good morning,\n\nyour invoice: https://example.org/invoices/12.pdf. See also https://example.org\nKind regards')
  expect(drawn(linked)).toContain('"href":"https://example.org/invoices/12.pdf"')
  expect(drawn(linked)).toContain('"href":"https://example.org/"')
})
