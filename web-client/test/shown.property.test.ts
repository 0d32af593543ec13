// Property test of rendered messages: everything visible in a text is shown. Only markup that formatted something disappears.

import { describe, expect, test } from 'vitest'
import { hasVisible } from '../src/protocol/visible.ts'
import { renderMarkdown } from '../src/ui/markdown.tsx'
import { below, seeded } from './help/random.ts'
import { shownOf, type Shown } from './help/shown.ts'

const SEED = Number(process.env['HELPLINE_SEED'] ?? 20261126)
const RUNS = Number(process.env['HELPLINE_RUNS'] ?? 3_000)
const LINK = 'https://e.example/q'
const PIECES = [
  'a', 'b c', 'Zoë', '7', '12', '0', 'é', 'e\u0301', '謝謝', 'です', 'שלום', 'مرحبا', '🎉', '\u{1f469}\u200d\u{1f4bb}', 'İ', ' ', '  ', '    ', '\t', '\n', '\n\n', '\n', '\u00a0', '\u3000',
  '*', '**', '***', '_', '__', '~', '~~', '`', '``', '```', '~~~', '```js', '> ', '>', '- ', '-', '+ ', '* ', '1. ', '2) ', '07. ', '[ ] ', '- [x] ', '#', '# ', '---', '===', '***\n', '| a | b |\n|-|-|\n', '|',
  '\\', '\\\\', '\\*', '\\_', '\\\n', 'C:\\Temp\\', '\\\\srv\\x', '[', ']', '(', ')', '](', `[k](${LINK})`, `[k](${LINK} "words")`, `<${LINK}>`, `[](${LINK})`, '[r]: https://e.example/r\n', '[r]', '[k][r]', '![', `![i](${LINK})`,
  LINK, `${LINK}。`, `（${LINK}）`, `"${LINK}","b"`, 'www.e.example', 'a@b.example', 'http://', '<b>', '</b>', '<!--', '-->', '<script>', '&amp;', '&lt;', '&', '<', '=', '!', '?', '.', ',', ':', ';', '。', '，', '」', '"', "'", '\u200b', '\u2060', '\u00ad', '\u202e', '\u2066', '\u2800', '\u3164', '\ufeff',
]
/** For each pattern of markup characters: how many of these characters one HTML element can replace. Null means any number. */
const MARKS: readonly (readonly [RegExp, Readonly<Record<string, number | null>>])[] = [
  [/[*_]/, { em: 2, strong: 4, li: 1 }],
  [/~/, { del: 4, pre: null }],
  [/`/, { code: null }],
  [/>/, { blockquote: null, a: 1 }],
  [/</, { a: 1 }],
  [/[-+]/, { li: 1 }],
  [/[.)]/, { li: 1, a: 1 }],
  [/[[\](]/, { a: 3 }],
]

const seen = (text: string) => [...text].filter(hasVisible)
const counted = (characters: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const one of characters) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

/** Returns the visible characters of the text that are not shown although no element replaces them. Empty if none are missing. */
export function missing(source: string, shown: Shown): string {
  const left = counted(seen(source))
  for (const one of [...seen(shown.text), ...shown.hrefs.filter((href) => source.includes(href)).flatMap((href) => [...href])]) left.set(one, (left.get(one) ?? 0) - 1)
  let found = ''
  for (const [pattern, elements] of MARKS) {
    let allowed = 0
    for (const [name, each] of Object.entries(elements)) {
      const n = shown.kinds.get(name) ?? 0
      if (n > 0) allowed += each === null ? Infinity : each * n
    }
    const gone = [...left].filter(([one]) => pattern.test(one))
    if (gone.reduce((sum, [, n]) => sum + n, 0) > allowed) found += gone.map(([one, n]) => one.repeat(Math.max(0, n))).join('')
    for (const [one] of gone) left.delete(one)
  }
  for (const [one, n] of left) if (n !== 0) found += n > 0 ? one.repeat(n) : `+${one.repeat(-n)}`
  return found
}

/** Whether the shown characters are in the order in which they were written. */
function isInOrder(source: string, shown: Shown): boolean {
  const characters = seen(source)
  let at = 0
  for (const one of seen(shown.text)) {
    at = characters.indexOf(one, at) + 1
    if (at === 0) return false
  }
  return true
}

function textOf(random: () => number): string {
  return Array.from({ length: 1 + below(random, 14) }, () => PIECES[below(random, PIECES.length)] ?? '').join('')
}

describe('nothing that was typed disappears', () => {
  test(`from ${RUNS} random texts of markup (seed ${SEED})`, () => {
    const random = seeded(SEED)
    for (let run = 0; run < RUNS; run++) {
      // A few texts are so long that they are rendered in parts.
      const source = run % 50 === 49 ? Array.from({ length: 90 }, () => textOf(random)).join('\n') : textOf(random)
      const shown = shownOf(renderMarkdown(source))
      const about = `${JSON.stringify(source)} is shown as ${JSON.stringify(shown.text)}`.slice(0, 2_000)
      expect(missing(source, shown), about).toBe('')
      expect(isInOrder(source, shown), `in order: ${about}`).toBe(true)
      if (hasVisible(source)) expect(hasVisible(shown.text), about).toBe(true)
    }
  })

  test(`from ${RUNS / 10} texts of any characters, which are rendered within the time for a message`, () => {
    const random = seeded(SEED + 1)
    for (let run = 0; run < RUNS / 10; run++) {
      const source = Array.from({ length: below(random, 400) }, () => String.fromCodePoint(below(random, 2) === 0 ? 32 + below(random, 95) : [below(random, 0x3000), below(random, 0xd800), 0x1f300 + below(random, 0x400)][below(random, 3)] ?? 65)).join('')
      // The fastest of three runs counts: a busy machine slows down some runs, but a slow text is slow in every run. Each run has another
      // text, so that no cache can help.
      const times = [0, 1, 2].map((nth) => {
        const begun = performance.now()
        renderMarkdown(`${source}${nth}`)
        return performance.now() - begun
      })
      expect(Math.min(...times), JSON.stringify(source)).toBeLessThan(30)
      const shown = shownOf(renderMarkdown(source))
      expect(missing(source, shown), JSON.stringify(source)).toBe('')
    }
  })
})

describe('a text that formats nothing is shown as typed', () => {
  test.each([
    '*', '**', '>', '> ', '-', '+', '1.', '> -', '- >', '- - ', '```', '``` ', '~~~', '``', '` `', '**\u200b**', '> \u200b', '[](https://e.example/q)', '[x]( )',
    '\\\\fileserver\\docs', 'C:\\Temp\\*.*', '\\*', '\\[a\\]', 'C:\\new\\', '\\\\?\\C:\\_x_\\', '2*3*4 = 24', '2**3**2', 'C:\\PROGRA~1\\MICROS~2', '~a~',
    '007. James', '[a](https://e.example/q "words")', '![i](https://e.example/i.png)', '[a][b]', '# a', '---', '| a | b |', '<b>a</b>', '&amp;', '- [ ] a',
  ])('%j', (source) => {
    const { text } = shownOf(renderMarkdown(source))
    expect(seen(source.startsWith('- [') ? source.slice(1) : source).join('')).toBe(seen(text).join(''))
  })
  test('a path at the end of a line keeps its backslash, and the line its end', () => {
    expect(shownOf(renderMarkdown('C:\\Temp\\\nnext *one*')).text.trim()).toBe('C:\\Temp\\\n\nnext one')
  })
  test('text after a code fence is shown, whether it names a language or is the first line', () => {
    expect(shownOf(renderMarkdown('```ls -l\ntotal 0```')).text).toContain('ls -l')
    expect(shownOf(renderMarkdown('```rust\nfn a() {}\n```')).text).toContain('rust')
  })
  test('items keep the numbers that were typed', () => {
    expect(shownOf(renderMarkdown('5. a\n9. b')).text.replace(/\s+/g, ' ').trim()).toBe('5 a 9 b')
  })
})

describe('a link leads where it was meant to', () => {
  const hrefs = (source: string) => [...JSON.stringify(renderMarkdown(source)).matchAll(/"href":"([^"]*)"/g)].map((found) => found[1])
  test.each([
    ['https://example.com/path。謝謝', ['https://example.com/path']],
    ['（https://example.com/a）です', ['https://example.com/a']],
    ['see https://example.com/b，谢谢', ['https://example.com/b']],
    ['https://a.example/x，https://b.example/y。', ['https://a.example/x', 'https://b.example/y']],
    ['「https://example.com/a」', ['https://example.com/a']],
    ['“https://example.com/a”', ['https://example.com/a']],
    ['«https://example.com/a»', ['https://example.com/a']],
    ['https://example.com/a\u200b', ['https://example.com/a']],
    ['https://example.com/a\u2026', ['https://example.com/a']],
    ['https://example.com/a؟', ['https://example.com/a']],
    ['https://example.com/a।', ['https://example.com/a']],
    ['{"url":"https://example.com/a","b":1}', ['https://example.com/a']],
    ['[https://example.com/a]', ['https://example.com/a']],
    ['{https://example.com/a}', ['https://example.com/a']],
    ['>https://example.com/a> b', ['https://example.com/a']],
    ['https://example.com/a(b)c', ['https://example.com/a(b)c']],
    ['https://example.com/?q[]=1&r[a]=2', ['https://example.com/?q[]=1&r[a]=2']],
    ['https://ja.wikipedia.org/wiki/日本_(曖昧)', ['https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC_(%E6%9B%96%E6%98%A7)']],
    ['www.example.com。', ['http://www.example.com/']],
    ['a@b.example。', ['mailto:a@b.example']],
    ['https://example.com/–x', ['https://example.com/%E2%80%93x']],
  ])('%j', (source, expected) => {
    expect(hrefs(source)).toEqual(expected)
    expect(missing(source, shownOf(renderMarkdown(source)))).toBe('')
  })
})
