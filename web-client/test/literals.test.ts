// Tests that no component contains a sentence. All text that people read or hear must come from `t`, which knows every language.

import { expect, test } from 'vitest'
import { files, read } from './help/imports.ts'

/** Removes comments, because they contain sentences. */
const bare = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** Attributes whose values people read or hear. */
const ATTRIBUTE = /\b(?:aria-label|aria-description|aria-roledescription|aria-valuetext|title|label|placeholder|alt|words)=(?:"([^"]*)"|\{'([^']*)'\}|\{`([^`]*)`\})/g
/** Matches the text between two tags. `BRACED` below matches string literals in braces between tags. */
const TEXT = />([^<>{}=;()]*)<(?=\/|[a-z]|[A-Z])/g
const BRACED = />\s*\{(?:[^{}]*(?:&&|\?|:)\s*)?'([^'\n]*)'\}\s*</g

/** Names of keyboard keys, and the product's name. They are the same in every language. */
const NAMES = /^(?:Esc|Ctrl K|\(?(?:Ctrl\+)?(?:Shift\+)?Enter\)?|Helpline)$/
/** Code that `TEXT` matches by mistake, because it is between a `>` and a tag. */
const CODE = /&&|\|\||\?\.|^\(?return$|^case '\w+': return$|^Promise$|^signal$|^extends \w+$|^readonly \w+: /

/** The sentences in the source text of a component. */
export function literals(source: string): readonly string[] {
  const code = bare(source)
  const said = [...code.matchAll(ATTRIBUTE)].map(([, plain, quoted, template]) => plain ?? quoted ?? (template ?? '').replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, ''))
  const shown = [...[...code.matchAll(TEXT)].map(([, text]) => text ?? ''), ...[...code.matchAll(BRACED)].map(([, text]) => text ?? '')]
  return [...said, ...shown].map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text) && !NAMES.test(text) && !CODE.test(text) && !/^[a-z_]+(?:\.\w+)+$/.test(text))
}

test.each(files.filter((file) => file.endsWith('.tsx')))('%s contains no sentences', (file) => {
  expect(literals(read(file))).toEqual([])
})

test('a sentence is found wherever it may be', () => {
  expect(literals(`<p class="muted">Nothing here</p>`)).toEqual(['Nothing here'])
  expect(literals(`<p>{isEmpty ? 'Nothing' : 'Something'}</p>`)).toHaveLength(1)
  expect(literals(`<button aria-label="Close it" title={'Close'} onClick={() => go('')}>×</button>`)).toEqual(['Close it', 'Close'])
  expect(literals('<input placeholder={`Search ${count} tickets`} />')).toEqual(['Search  tickets'])
  expect(literals(`<p class="muted" title={t('a.b')}>{t('a.c')} · {n > 1 && <b>+{n}</b>}</p> // Nothing here`)).toEqual([])
})
