// Tests of how the browser stores which tickets are marked as unread.

import { expect, test } from 'vitest'
import { memoryStorage } from '../src/client/browser.ts'
import { createUnreadMarks } from '../src/client/unread-marks.ts'

const ITEM = 'helpline.unread.ada'

test('a mark stays until the ticket is opened, across reloads, for one person', () => {
  const storage = memoryStorage()
  const marks = createUnreadMarks('ada', storage)
  marks.mark('t1')
  marks.mark('t2')
  expect([...createUnreadMarks('ada', storage).ids.value]).toEqual(['t1', 't2'])
  expect(createUnreadMarks('carl', storage).ids.value.size).toBe(0)
  marks.clear('t1')
  marks.clear('t3')
  expect([...createUnreadMarks('ada', storage).ids.value]).toEqual(['t2'])
})

test('another tab’s marks apply here', () => {
  const storage = memoryStorage()
  const [here, there] = [createUnreadMarks('ada', storage), createUnreadMarks('ada', storage)]
  there.mark('t1')
  here.changedElsewhere('helpline.unread.carl')
  expect(here.ids.value.size).toBe(0)
  here.changedElsewhere(ITEM)
  expect([...here.ids.value]).toEqual(['t1'])
})

test('beyond 500, the oldest are dropped; marking one again makes it the newest', () => {
  const storage = memoryStorage()
  const marks = createUnreadMarks('ada', storage)
  for (let n = 0; n < 500; n++) marks.mark(`t${n}`)
  marks.mark('t0')
  marks.mark('new')
  expect(marks.ids.value.size).toBe(500)
  expect(['t0', 't1', 't2', 'new'].map((id) => marks.ids.value.has(id))).toEqual([true, false, true, true])
})

test('an unreadable item holds no marks', () => {
  const storage = memoryStorage()
  for (const [kept, ids] of [['no json', []], ['{}', []], ['[1,"t1",null]', ['t1']]] as const) {
    storage.setItem(ITEM, kept)
    expect([...createUnreadMarks('ada', storage).ids.value]).toEqual(ids)
  }
})
