// Tests of the table component: its cells by row and column, and the details of an open row.

import { h } from 'preact'
import { expect, test } from 'vitest'
import { Table, type Column } from '../src/ui/kit/table.tsx'
import { rendered } from './help/document.ts'

interface Entry { readonly id: string; readonly n: number }

const COLUMNS: readonly Column<Entry>[] = [{ title: 'Name', isHeading: true, cell: ({ id }) => id }, { title: 'Number', isNumber: true, cell: ({ n }) => n }]
const ROWS: readonly Entry[] = [{ id: 'a', n: 1 }, { id: 'b', n: 2 }]
const table = (rows: readonly Entry[], details?: (row: Entry) => string) => h(Table<Entry>, { label: 'Entries', columns: COLUMNS, rows, keyOf: ({ id }) => id, ...(details === undefined ? {} : { details }) })

test('a table without details has only cells', () => {
  const { root } = rendered(table(ROWS))
  expect(root.all('button')).toEqual([])
  expect(root.all('tr').map((one) => one.textContent)).toEqual(['NameNumber', 'a1', 'b2'])
})

test('a row is opened and closed by a button in its heading, which names what it controls', () => {
  const { root } = rendered(table(ROWS, ({ id }) => `more of ${id}`))
  const rows = () => root.one('tbody').all('tr').map((one) => one.textContent)
  const toggle = () => root.all('button')[1]
  expect(root.all('button').map((one) => [one.attribute('aria-expanded'), one.attribute('aria-controls'), one.textContent])).toEqual([['false', null, 'a'], ['false', null, 'b']])
  toggle()?.fire('click')
  expect(rows()).toEqual(['a1', 'b2', 'more of b'])
  expect(toggle()?.attribute('aria-expanded')).toBe('true')
  const below = root.one('tbody').all('tr')[2]
  expect(below?.attribute('id')).toBe(toggle()?.attribute('aria-controls'))
  expect(below?.one('td').attribute('colSpan')).toBe('2')
  toggle()?.fire('click')
  expect(rows()).toEqual(['a1', 'b2'])
  expect(toggle()?.attribute('aria-expanded')).toBe('false')
})

test('a row stays open when rows are added before it', () => {
  const { root, set } = rendered(table(ROWS, ({ id }) => `more of ${id}`))
  root.all('button')[0]?.fire('click')
  set(table([{ id: 'new', n: 3 }, ...ROWS], ({ id }) => `more of ${id}`))
  expect(root.one('tbody').all('tr').map((one) => one.textContent)).toEqual(['new3', 'a1', 'more of a', 'b2'])
})
