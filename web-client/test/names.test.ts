// Tests that buttons with only an icon have an accessible name in every language, and that closing an overlay returns the focus.

import { expect, test } from 'vitest'
import { files, read } from './help/imports.ts'

const sources = files.filter((file) => file.endsWith('.tsx'))

/** The opening tags of buttons and links that contain only icons. */
function withoutWords(source: string): readonly string[] {
  return [...source.matchAll(/<(?:button|a|summary)\b((?:=>|[^>])*)>\s*(?:<(?:Icon|Glyph)\b(?:=>|[^>])*\/>|<kbd>[^<]*<\/kbd>)\s*<\/(?:button|a|summary)>/g)].map(([, tag = '']) => tag)
}

test('a button with only an icon has a name, which comes from the sentences', () => {
  const all = sources.flatMap((file) => withoutWords(read(file)).map((tag) => ({ file, tag })))
  expect(all.length, 'such buttons are found').toBeGreaterThan(10)
  expect(all.filter(({ tag }) => !/\baria-label=\{(?:label|[ts]\()/.test(tag)).map(({ file, tag }) => `${file}: ${tag}`)).toEqual([])
})

test('such a button is found, and one with words is not', () => {
  expect(withoutWords(`<button type="button" onClick={() => go('')}><Icon name="back" /></button>`)).toHaveLength(1)
  expect(withoutWords('<a class="x" href={href}>\n  <Glyph name="send" />\n</a>')).toHaveLength(1)
  expect(withoutWords('<button><kbd>?</kbd></button>')).toHaveLength(1)
  expect(withoutWords(`<button onClick={() => go('')}><Icon name="plus" size={16} />{t('new.button')}</button>`)).toEqual([])
  expect(withoutWords(`<button><Icon name="plus" /><span>{t('new.button')}</span></button>`)).toEqual([])
})

test('a full-page overlay is the kit’s dialog, from which the browser returns the focus', () => {
  expect(sources.filter((file) => /<dialog\b|showModal|aria-modal/.test(read(file)))).toEqual(['ui/kit/dialog.tsx'])
})
