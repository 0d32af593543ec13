// Tests that no message can freeze a reader's page: the time to render a text is bounded, whatever it contains.

import { getHeapSnapshot, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../src/protocol/generated.ts'
import { MARKED_UP } from '../src/ui/body.tsx'
import { renderMarkdown } from '../src/ui/markdown.tsx'
import { PART_CHARS_MAX, partsOf } from '../src/ui/markdown-parts.ts'

const BYTES = LIMITS.body_bytes_max
const full = (unit: string) => unit.repeat(Math.ceil(BYTES / unit.length)).slice(0, BYTES - 4)
/**
 * The CPU time of the fastest of three runs. A busy machine slows down some runs, but a text that is slow to render is slow in every run.
 */
function least_ms(run: (nth: number) => void): number {
  return Math.min(...[0, 1, 2].map((nth) => {
    const begun = process.cpuUsage()
    run(nth)
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1_000
  }))
}

// The slowest inputs for the parser, or for a careless regular expression. They were found by measuring.
const UNITS = [
  '\n', ' \n', '\t\n', 'a\n\n', '*a ', '*a', '**a', '__a', '_', '`', '``a', '~~a', '[', '[[', '](', '[a](', '[a](b "', '![', '<', '<a ', '<!--', '&a;', '\\', '> ', '>', '> a\n', '- ', '- a\n', '+ ', '1. ', '1) ', '  - a\n',
  '> - ', '- > ', 'a\n- ', '\n- a\n\n', '| a |\n', 'a|b\n-|-\n', '[a]: b\n', 'a*b_c', '*a_b', '*_', '**a*', 'a@', 'a@a.', 'www.', 'http://', 'http://a.', '1', '-', '#', '```\n', '    a\n', 'x ',
]

describe('the longest message that may be written', () => {
  test.each(UNITS)('of %j is recognized as plain or marked up at once', (unit) => {
    expect(least_ms(() => { for (let n = 0; n < 5; n++) MARKED_UP.test(`a${full(unit)}b`) }) / 5).toBeLessThan(5)
  })
  test.each(UNITS)('of %j is rendered within its time', (unit) => {
    // Each run renders a different text, so that no cache can help.
    expect(least_ms((nth) => renderMarkdown(`${full(unit)}${nth}`))).toBeLessThan(120)
  })
  test.each(['> ', '- ', '1. ', '* '])('with nested levels of %j is, too', (unit) => {
    const stairs = Array.from({ length: 180 }, (_, n) => `${unit.repeat(n)}a`).join('\n').slice(0, BYTES - 4)
    expect(least_ms((nth) => renderMarkdown(`${stairs}${nth}`))).toBeLessThan(120)
  })
})

test('a text that only looks like the beginning of code is not rendered in one go', () => {
  const open = '```a`b\n'
  expect(partsOf(`${open}${'*a_b'.repeat(3_000)}`).at(-1)).toEqual({ text: '*a_b'.repeat(3_000), isPlain: true })
  expect(least_ms((nth) => renderMarkdown(`${open}${'*a_b'.repeat(3_900)}${nth}`))).toBeLessThan(120)
})

describe('parts', () => {
  test('lose nothing but blank lines between them', () => {
    for (const unit of UNITS) {
      const text = full(unit)
      expect(partsOf(text).map((part) => part.text).join('').replace(/\n/g, ''), JSON.stringify(unit)).toBe(text.trim() === '' ? '' : text.replace(/\n/g, ''))
    }
  })
  test('short texts stay whole, and code is never cut', () => {
    expect(partsOf('a\n\nb')).toEqual([{ text: 'a\n\nb', isPlain: false }])
    const code = `\`\`\`\n${'line of a log\n\n'.repeat(500)}\`\`\``
    const parts = partsOf(`before **this**\n${code}\nafter *that*`)
    expect(parts.map((part) => [part.text.slice(0, 6), part.isPlain])).toEqual([['before', false], ['```\nli', false], ['after ', false]])
    expect(parts[1]?.text).toBe(code)
  })
  test('a long list and long paragraphs are rendered in parts, one endless line is shown as written', () => {
    const list = Array.from({ length: 200 }, (_, n) => `${n + 1}. an item of the list`).join('\n')
    expect(partsOf(list).every((part) => !part.isPlain && part.text.length <= PART_CHARS_MAX)).toBe(true)
    expect(partsOf('*a'.repeat(3_000))).toEqual([{ text: '*a'.repeat(3_000), isPlain: true }])
  })
})

test('a text that is no longer shown leaves the memory', async () => {
  setFlagsFromString('--expose_gc')
  const word = () => ['hun', 'ter', 2 + 40].join('')
  renderMarkdown(`**${word()}** was removed`)
  await new Promise((done) => setTimeout(done, 20))
  // The JavaScript engine keeps the last text that a regular expression matched. Match another text, so that the engine releases the text
  // rendered above.
  expect('x'.match(/x/)).not.toBeNull()
  runInNewContext('gc')()
  let heap = ''
  for await (const part of getHeapSnapshot()) heap += String(part)
  expect(heap.includes(word())).toBe(false)
}, 60_000)
