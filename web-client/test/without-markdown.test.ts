// Tests of the preview of a message in a ticket's row: its words, without Markdown formatting.

import { expect, test } from 'vitest'
import { withoutMarkdown } from '../src/ui/without-markdown.ts'

test.each([
  ['**Done**, see `make check` and *this*', 'Done, see make check and this'],
  ['> You wrote: it **fails**', 'You wrote: it fails'],
  ['> > twice', 'twice'],
  ['## Steps', 'Steps'],
  ['See [the **guide**](https://example.org/a) first', 'See the guide first'],
  ['![a chart](x.png) as asked', 'a chart as asked'],
  ['~~no~~ __yes__ _maybe_', 'no yes maybe'],
  ['__a__b__ and (__c__)', 'a__b and (c)'],
  ['```sh npm run check ``` works', 'sh npm run check works'],
  ['نعم **مهم** الآن', 'نعم مهم الآن'],
  ['`**kept**` within code', '**kept** within code'],
])('%s', (written, shown) => expect(withoutMarkdown(written)).toBe(shown))

test('a mark whose end was cut off is not treated as markup', () => {
  expect(withoutMarkdown('It is **very imp')).toBe('It is very imp')
  expect(withoutMarkdown('Run `npm run')).toBe('Run npm run')
  expect(withoutMarkdown('See [the guide](https://example.o')).toBe('See the guide')
  expect(withoutMarkdown('```ts const a = 1')).toBe('ts const a = 1')
})

test('characters that are no markup stay', () => {
  for (const text of ['2 * 3 * 4', 'snake_case_name', 'my__private__name', '5 > 3', '#12 is open', 'a ** b', '1. First 2. Second', 'rated 4*', 'array[0](x', '- a list']) {
    expect(withoutMarkdown(text), text).toBe(text)
  }
})

test('rows are drawn often: markup is removed at once, whatever a message contains', () => {
  for (const sign of ['*', '_', '`', '[', '**a ', '_a*', '[a](', '~~', '> ']) {
    const begun = performance.now()
    withoutMarkdown(sign.repeat(120).slice(0, 120))
    expect(performance.now() - begun, sign).toBeLessThan(20)
  }
})
