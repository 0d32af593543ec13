// Tests of the menu of saved replies in the composer. An unfinished shortcut can be completed, searched or dismissed, but is never sent.

import { h } from 'preact'
import { describe, expect, test } from 'vitest'
import { useReplyOffer } from '../src/apps/console/reply-offer.tsx'
import type { SavedReply } from '../src/protocol/generated.ts'
import type { Offer } from '../src/ui/composer.tsx'
import '../src/locales/team.ts'
import { draw, rendered } from './help/document.ts'
import { staffTicket } from './help/sample.ts'

const HELLO: SavedReply = { id: '1', shortcut: 'hello', title: 'Hello', body: 'Good day', updated_at: '' }

/**
 * Simulates a message composer that contains the text `begun`, with the menu of saved replies. The returned `press` types one key. It returns
 * `taken` if the menu handled the key, and `sent` if the key sent the text.
 */
function composer(replies: readonly SavedReply[], begun: string) {
  let text = begun
  let offer: Offer | null = null
  const Offered = (props: { readonly text: string }) => {
    offer = useReplyOffer(replies, staffTicket, 'Grace')(props.text, (next) => { text = next })
    return null
  }
  const { set } = rendered(h(Offered, { text }))
  const now = (): Offer | null => offer
  return {
    text: () => text,
    isShown: () => (now()?.menu ?? null) !== null,
    press(key: string, sends: boolean): 'taken' | 'sent' | 'left' {
      const taken = now()?.onKey(key, sends) === true
      draw()
      return taken ? 'taken' : sends ? 'sent' : 'left'
    },
    write(next: string) {
      text = next
      set(h(Offered, { text }))
    },
  }
}

describe('a key that would send', () => {
  test.each([[[HELLO], '/'], [[HELLO], '/hel']] as const)('takes the offered reply', (replies, begun) => {
    const { text, press } = composer(replies, begun)
    expect([press('Enter', true), text()]).toEqual(['taken', 'Good day'])
  })

  test.each([
    ['none exists', [], '/'], ['none exists', [], '/hello'], ['none matches', [HELLO], '/xyz'], ['none matches, with spaces around', [HELLO], ' /xyz '],
  ] as const)('does not send a begun reply where %s, however often, and says why', (_why, replies, begun) => {
    const { press, isShown, text } = composer(replies, begun)
    for (let time = 0; time < 3; time++) expect([press('Enter', true), isShown()]).toEqual(['taken', true])
    expect(press('Escape', false)).toBe('taken')
    expect(isShown()).toBe(false)
    expect([press('Enter', true), isShown()], 'the menu was sent away').toEqual(['taken', true])
    expect(text()).toBe(begun)
  })

  test('sends a text that ends in such a word after the menu has closed', () => {
    const { press, isShown } = composer([HELLO], 'It is in /etc')
    expect(isShown()).toBe(true)
    expect([press('Enter', true), isShown()]).toEqual(['taken', false])
    expect(press('Enter', true)).toBe('sent')
  })

  test('sends a text that only looks like a begun reply', () => {
    for (const text of ['/etc/hosts', '1/2', 'and/or', '/hello there', 'https://a.example/x']) expect(composer([HELLO], text).press('Enter', true), text).toBe('sent')
    expect(composer([], 'It is in /etc').press('Enter', true), 'there is no menu to be in').toBe('sent')
  })
})

test('a key that does not send breaks the line, moves on or leaves, as it does without the menu', () => {
  const { press } = composer([HELLO], '/xyz')
  for (const key of ['Enter', 'Tab', 'ArrowDown', 'a']) expect(press(key, false), key).toBe('left')
  expect(press('Escape', false)).toBe('taken')
  expect(press('Escape', false), 'the second leaves the field').toBe('left')
})

test('Tab takes the offered reply, and another word shows the menu again', () => {
  const { press, text, write, isShown } = composer([HELLO], '/he')
  press('Escape', false)
  write('/hel')
  expect(isShown()).toBe(true)
  expect([press('Tab', false), text()]).toEqual(['taken', 'Good day'])
})
