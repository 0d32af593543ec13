// Style sheets and the words of data. A row that carries a side, a status or a view as its class must not be styled by another part's rule.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VIEWS } from '../src/client/filters.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../src/protocol/generated.ts'

const STYLES = new URL('../src/ui/styles/', import.meta.url)
const WORDS: readonly string[] = [...VIEWS, ...CATEGORIES, ...PRIORITIES, ...STATUSES, 'customer', 'staff', 'waiting', 'refused', 'stored', 'received']

test('no word of data has a rule of its own', () => {
  const rules = readdirSync(STYLES).filter((file) => file.endsWith('.css')).flatMap((file) => {
    const text = readFileSync(new URL(file, STYLES), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
    return [...text.matchAll(/(?:^|[{},])\s*\.([a-z_-]+)\s*(?=[{,])/gm)].map((match) => ({ file, word: match[1] ?? '' }))
  })
  expect(rules.length, 'the rules are found').toBeGreaterThan(100)
  expect(rules.filter(({ word }) => WORDS.includes(word))).toEqual([])
})
