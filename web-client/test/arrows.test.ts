// Tests of arrow keys in a group of buttons, without a browser.

import { expect, test } from 'vitest'
import { arrows } from '../src/ui/arrows.ts'

function pressed(key: string, held: object = {}) {
  const focused: string[] = []
  let isTaken = false
  const buttons = ['a', 'b', 'c'].map((name) => ({ name, role: null, focus: () => focused.push(name) }))
  Reflect.apply(arrows, null, [{ key, ...held, target: buttons[0], currentTarget: { querySelectorAll: () => buttons }, preventDefault() { isTaken = true } }])
  return { focused, isTaken }
}

test('arrow keys, Home and End move to another button, from the last to the first', () => {
  const went = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp', 'Home', 'End'].map((key) => pressed(key).focused.join())
  expect(went).toEqual(['b', 'b', 'c', 'c', 'a', 'c'])
  expect(pressed('x')).toEqual({ focused: [], isTaken: false })
})

test.each(['altKey', 'ctrlKey', 'metaKey'])('with %s held, the keys belong to the browser: back, the top of the page', (held) => {
  for (const key of ['ArrowLeft', 'Home']) expect(pressed(key, { [held]: true })).toEqual({ focused: [], isTaken: false })
})
