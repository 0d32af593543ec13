// Tests of the console tour: on each page, the tour has the steps whose elements exist on that page.

import { expect, test } from 'vitest'
import { stepFrom, STEPS, stepsOn } from '../src/apps/console/tour/steps.ts'
import { T } from '../src/testids.ts'

const names = (shown: readonly string[], mayOpen: boolean) => stepsOn((testid) => shown.includes(testid), mayOpen).map(({ name }) => name)
const LIST = [T.view, T.ticketList, T.preferences]
const ALL = STEPS.map(({ name }) => name)

test.each([
  ['a list, where a ticket can be opened', [...LIST, T.ticketRow], true, ALL],
  ['a list beside an open ticket', [...LIST, T.ticketRow, T.ticketSubject, T.composer, T.composerNote], false, ALL],
  ['an empty list', LIST, false, ['views', 'list', 'keys', 'settings']],
  ['a ticket that is closed', [...LIST, T.ticketRow, T.ticketSubject], false, ['views', 'list', 'ticket', 'keys', 'settings']],
  ['an open ticket on a phone', [T.ticketSubject, T.composer, T.composerNote, T.preferences], false, ['ticket', 'answer', 'note', 'keys', 'settings']],
] as const)('%s', (_page, shown, mayOpen, steps) => expect(names(shown, mayOpen)).toEqual(steps))

test('next and back move between those steps, even from one whose element has disappeared', () => {
  const shown: readonly string[] = [...LIST, T.ticketRow, T.ticketSubject]
  const steps = stepsOn((testid) => shown.includes(testid), false)
  expect([stepFrom(steps, 'ticket', 1)?.name, stepFrom(steps, 'note', 1)?.name, stepFrom(steps, 'note', -1)?.name, stepFrom(steps, 'views', -1), stepFrom(steps, 'settings', 1)]).toEqual(['keys', 'keys', 'ticket', undefined, undefined])
})
