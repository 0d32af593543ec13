// Tests of how the browser stores a person's habits.

import { expect, test } from 'vitest'
import { isFull, memoryStorage } from '../src/client/browser.ts'
import { ALERTS, createHabits } from '../src/client/habits.ts'

const ITEM = 'helpline.habits.ada'

test('a choice survives a reload, and belongs to one person', () => {
  const storage = memoryStorage()
  const habits = createHabits('ada', storage)
  expect(storage.length, 'nothing is written before something is chosen').toBe(0)
  habits.enter.value = 'breaks'
  habits.undo_s.value = 10
  habits.alerts.value = ['urgent']
  habits.when.value = 'away'
  habits.toured.value = true
  const again = createHabits('ada', storage)
  expect([again.enter.value, again.undo_s.value, again.alerts.value, again.when.value, again.toured.value]).toEqual(['breaks', 10, ['urgent'], 'away', true])
  expect(createHabits('carl', storage).enter.value).toBe('sends')
})

test('an unreadable item counts as no choice', () => {
  for (const kept of ['', 'no json', '[]', '{"enter":"explodes","undo_s":7,"alerts":["unknown"],"when":1,"toured":"yes"}']) {
    const storage = memoryStorage()
    storage.setItem(ITEM, kept)
    const habits = createHabits('ada', storage)
    expect([habits.enter.value, habits.undo_s.value, habits.when.value, habits.toured.value], kept).toEqual(['sends', 0, 'always', false])
    expect(ALERTS).toEqual(expect.arrayContaining([...habits.alerts.value]))
  }
})

test('a choice from another tab applies here, and is not written back', () => {
  const storage = memoryStorage()
  const habits = createHabits('ada', storage)
  let writes = 0
  const { setItem } = storage
  storage.setItem = (name, value) => {
    writes++
    setItem(name, value)
  }
  setItem(ITEM, '{"enter":"breaks"}')
  habits.changedElsewhere('helpline.habits.carl')
  expect(habits.enter.value).toBe('sends')
  habits.changedElsewhere(ITEM)
  expect([habits.enter.value, writes]).toEqual(['breaks', 0])
  habits.undo_s.value = 5
  expect(writes).toBe(1)
  habits.dispose()
  habits.undo_s.value = 10
  expect(writes).toBe(1)
})

test('without room a choice lives as long as the page, which is reported', () => {
  const storage = { ...memoryStorage(), length: 0, setItem() { throw new DOMException('full', 'QuotaExceededError') } }
  const habits = createHabits('ada', storage)
  habits.enter.value = 'breaks'
  expect([habits.enter.value, isFull.value]).toEqual(['breaks', true])
})
