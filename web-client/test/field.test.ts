// Tests that screen readers read a field's hint and error as its description.

import { h, type ComponentChildren } from 'preact'
import { expect, test } from 'vitest'
import { Checkbox, RadioGroup, Select, TextArea, TextField, type FieldProps } from '../src/ui/kit/field.tsx'
import { rendered, type TestElement } from './help/document.ts'
import { files, read } from './help/imports.ts'

const OPTIONS = [{ value: 'open', label: 'Open' }, { value: 'closed', label: 'Closed' }] as const
const onChange = () => {}

const every = (root: TestElement): readonly TestElement[] => ['fieldset', 'input', 'select', 'textarea', 'p'].flatMap((name) => root.all(name))

/** The texts that describe the only element in `field` that has a description. */
function described(field: ComponentChildren): readonly string[] {
  const { root } = rendered(field)
  const all = every(root)
  const ids = all.flatMap((one) => one.attribute('aria-describedby')?.split(' ') ?? [])
  return ids.map((id) => all.find((one) => one.attribute('id') === id)?.textContent ?? `nothing has the id ${id}`)
}

const HINTED: readonly (readonly [string, (field: { readonly label: string; readonly hint?: string }) => ComponentChildren])[] = [
  ['a checkbox', (field) => h(Checkbox, { ...field, value: true, onChange })],
  ['radio buttons', (field) => h(RadioGroup<'open' | 'closed'>, { ...field, value: 'open', options: OPTIONS, onChange })],
]
const JUDGED: readonly (readonly [string, (field: FieldProps) => ComponentChildren])[] = [
  ['a line of text', (field) => h(TextField, { ...field, value: '', onChange })],
  ['a text', (field) => h(TextArea, { ...field, value: '', onChange })],
  ['a select', (field) => h(Select<'open' | 'closed'>, { ...field, value: 'open', options: OPTIONS, onChange })],
]

test.each([...HINTED, ...JUDGED])('%s is described by its hint, and by nothing without one', (_kind, field) => {
  expect(described(field({ label: 'Status', hint: 'As of now' }))).toEqual(['As of now'])
  expect(described(field({ label: 'Status' }))).toEqual([])
})

test.each(JUDGED)('%s is described by its error, too', (_kind, field) => {
  expect(described(field({ label: 'Status', hint: 'As of now', error: 'Not known' }))).toEqual(['As of now', 'Not known'])
})

test('no hint below a field is only visual', () => {
  const hints = files.flatMap((file) => [...read(file).matchAll(/<p class="[^"]*field-hint[^"]*"[^>]*>/g)].map(([tag]) => `${file}: ${tag}`))
  expect(hints.length).toBeGreaterThan(3)
  expect(hints.filter((hint) => !hint.includes(' id={'))).toEqual([])
})
