// Tests that a select shows the current value: after a refused change, after a choice that changed nothing, and after a failed change.

import { h } from 'preact'
import { expect, test } from 'vitest'
import { Select } from '../src/ui/kit/field.tsx'
import { SelectControl } from '../src/ui/kit/select.tsx'
import { rendered } from './help/document.ts'
import { settled } from './help/page.ts'

const OPTIONS = [{ value: 'open', label: 'Open' }, { value: 'closed', label: 'Closed' }] as const
type Value = (typeof OPTIONS)[number]['value']

const KINDS = [
  ['by itself', (value: Value, onChange: (value: Value) => unknown) => h(SelectControl<Value>, { value, options: OPTIONS, onChange, testid: 'status' })],
  ['with a label', (value: Value, onChange: (value: Value) => unknown) => h(Select<Value>, { label: 'Status', value, options: OPTIONS, onChange, testid: 'status' })],
] as const

test.each(KINDS)('%s: a refused choice is not shown', async (_kind, select) => {
  const asked: Value[] = []
  let refuse = () => {}
  const { root } = rendered(select('open', (value) => {
    asked.push(value)
    return new Promise<void>((done) => { refuse = done })
  }))
  const field = root.one('select')
  field.value = 'closed'
  field.fire('change')
  expect([asked, field.value], 'while it is asked for').toEqual([['closed'], 'closed'])
  refuse()
  await settled()
  expect(field.value).toBe('open')
})

test.each(KINDS)('%s: an accepted choice is shown', async (_kind, select) => {
  let done = () => {}
  const onChange = () => new Promise<void>((taken) => { done = taken })
  const { root, set } = rendered(select('open', onChange))
  const field = root.one('select')
  field.value = 'closed'
  field.fire('change')
  set(select('closed', onChange))
  done()
  await settled()
  expect(field.value).toBe('closed')
})

test.each(KINDS)('%s: a value that is no option is neither requested nor shown', async (_kind, select) => {
  const asked: Value[] = []
  const { root } = rendered(select('open', (value) => asked.push(value)))
  const field = root.one('select')
  field.value = 'exploded'
  field.fire('change')
  await settled()
  expect([asked, field.value]).toEqual([[], 'open'])
})
