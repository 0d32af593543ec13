// Tests of numbers and names in the format of each language.

import { afterEach, expect, test } from 'vitest'
import { s as ofCustomer } from '../src/apps/console/customer/strings.ts'
import { inRow, shortNumber } from '../src/locales/formats.ts'
import { setLanguage, t } from '../src/locales/index.ts'
import '../src/locales/page.ts'
import '../src/locales/team.ts'
import { writerOf } from '../src/ui/format.ts'

afterEach(() => setLanguage('en'))

test('one is not plural', () => {
  expect([0, 1, 2].map((n) => t('console.updates', { n }))).toEqual(['0 updates', '1 update', '2 updates'])
  expect([1, 2].map((n) => t('new.chars_left', { n }))).toEqual(['1 character left', '2 characters left'])
  expect(ofCustomer('customer.counts', { open: 1, total: 1 })).toBe('1 active of 1 ticket')
})

test('a language has as many plural forms as it needs, and its own digits', async () => {
  await setLanguage('ar')
  expect([0, 1, 2, 3, 11, 100].map((n) => t('console.updates', { n }))).toEqual(['لا تحديثات', 'تحديث واحد', 'تحديثان', '٣ تحديثات', '١١ تحديثًا', '١٠٠ تحديث'])
  expect(shortNumber(1_234)).toBe('١٬٢٣٤')
  expect(inRow(['Ada', 'Carl'])).not.toContain(',')
})

test('a row of the list names the team member who wrote last: a name alone does not make them the reader', () => {
  const last = (side: 'customer' | 'staff', name: string | null) => writerOf({ side, name, snippet: '', at: '' })
  expect([last('staff', 'Grace'), last('staff', null), last('customer', 'Grace')]).toEqual(['Grace', 'Support', 'Customer'])
})

test('large numbers are short, and names are listed in a line', () => {
  expect([7, 9_999, 12_300].map((n) => shortNumber(n).toLowerCase())).toEqual(['7', '9,999', '12k'])
  expect(inRow(['Ada', 'Carl'])).toBe('Ada, Carl')
})
