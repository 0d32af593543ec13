// Tests that a list's rows are held still while a person uses the list, and that a list which is removed from the page is no longer held.

import { expect, test } from 'vitest'
import { holdWhileUsed } from '../src/apps/console/hold.ts'

class List extends EventTarget {
  scrollTop = 0
  tell(type: string): void { this.dispatchEvent(new Event(type)) }
}

function used() {
  const list = new List()
  const held: boolean[] = []
  return { list, held, stop: holdWhileUsed(list, (on) => held.push(on)) }
}

test('the pointer and a scrolled list hold it, until neither does', () => {
  const { list, held } = used()
  list.tell('pointerenter')
  list.scrollTop = 200
  list.tell('scroll')
  list.tell('pointerleave')
  list.scrollTop = 0
  list.tell('scroll')
  expect(held).toEqual([true, true, true, false])
})

test('a list that leaves the page while pointed at or scrolled holds nothing any more', () => {
  for (const type of ['pointerenter', 'scroll']) {
    const { list, held, stop } = used()
    list.scrollTop = 200
    list.tell(type)
    stop()
    list.tell('pointerenter')
    expect(held, type).toEqual([true, false])
  }
})
